#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace limn {

enum class ToDisk { now, when_it_suits };

// A file that lines are appended to, each by one write(2).
class LinesFile
{
public:
  // Made if needed. FailureClass::usage if it cannot be opened, or is a link or no regular file:
  // who else may write to its folder does not choose what is written to.
  static Result<LinesFile> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return m_path; }
  std::uint64_t size() const;

  enum class Lock { ours, taken };
  // Until this is destroyed, unless another process has it. FailureClass::usage where the file
  // system has no locks.
  Result<Lock> lock();

  // `line` and its end; ToDisk::now: it survives a power cut when this returns.
  // FailureClass::not_saved if it could not be written; no half of it stands there then.
  Done append(std::string line, ToDisk to_disk);

  // All that was appended survives a power cut when this returns. From any thread.
  Done to_disk() const;

  // Whether this is what stands at its path: it may have been removed before it was locked.
  bool is_in_place() const;

  // Everything from there on is gone.
  Done cut_at(std::uint64_t size);

  // Room for so many bytes more, where the file system can promise that: FailureClass::not_saved.
  Done reserve(std::uint64_t bytes);

private:
  LinesFile(std::filesystem::path path, Descriptor file)
    : m_path(std::move(path)), m_file(std::move(file))
  {
  }
  Failure not_written() const;

  std::filesystem::path m_path;
  Descriptor m_file;
};

// To read such a file from its beginning; a stream without lines if there is none.
// FailureClass::usage if it cannot be opened.
Result<std::ifstream> open_lines(const std::filesystem::path& path);

} // namespace limn
