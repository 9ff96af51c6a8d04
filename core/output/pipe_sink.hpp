#pragma once

#include "output/spool_sink.hpp"

#include <filesystem>
#include <utility>

namespace limn {

// What takes the bytes of one image and is no regular file: a pipe, a device, an open descriptor.
// The image is spooled first, and lies in recovered/ until its last byte was sent.
class PipeSink : public ImageSink
{
public:
  // The descriptor is borrowed, and open for writing. `name`: as the report calls it.
  PipeSink(int descriptor, std::filesystem::path name, SinkOptions options);

  Done check_writable() override { return m_spool.check_writable(); }
  void interrupt_with(int descriptor) override { m_interrupt = descriptor; }
  Result<ImageFile> begin() override { return m_spool.begin(); }
  Result<SavedImage> commit(ImageFile file, const NameFacts& facts) override;
  Result<std::filesystem::path> keep(ImageFile file, std::string_view extension) override
  {
    return m_spool.keep(std::move(file), extension);
  }

private:
  Done send(const ByteSource& image) const;
  Done wait_for_room() const;

  int m_descriptor;
  std::filesystem::path m_name;
  Recovered m_recovered;
  SpoolSink m_spool;
  int m_interrupt = -1;
};

} // namespace limn
