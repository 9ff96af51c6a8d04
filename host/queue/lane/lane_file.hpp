#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace limn {

// A file without a name, which is gone with this: the lines of a batch on their way out, or in.
class LaneFile
{
public:
  // FailureClass::not_saved where the folder takes none.
  static Result<LaneFile> create(const std::filesystem::path& folder);

  Done append(std::string_view bytes);
  std::uint64_t size() const { return m_size; }

  // As many as there are from there on, up to the room. FailureClass::not_saved where they cannot
  // be read.
  Result<std::string_view> read(std::uint64_t offset, std::span<char> into) const;

  // By which this process may open it.
  std::filesystem::path path() const;

private:
  explicit LaneFile(Descriptor file) : m_file(std::move(file)) {}

  Descriptor m_file;
  std::uint64_t m_size = 0;
};

} // namespace limn
