#pragma once

#include "output/folder_sink.hpp"

#include <filesystem>
#include <string>

namespace limn {

// A file of the user's name (-o FILE), with or without an extension: that of the bytes is taken.
// Where it is taken, or there are several images: as FolderSink does.
class FileSink : public FolderSink
{
public:
  FileSink(std::filesystem::path folder, std::string file_name, SinkOptions options,
           Naming naming = {});

  // FailureClass::usage, too, if no file can have that name.
  Done check_writable() override;

protected:
  std::string stem(const NameFacts& facts) const override;

private:
  std::string m_file_name;
};

} // namespace limn
