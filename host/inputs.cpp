#include "inputs.hpp"

#include "codec/image_header.hpp"
#include "paths.hpp"

#include <fmt/format.h>

#include <fstream>

namespace limn {

namespace {

class FileBytes : public ByteSource
{
public:
  explicit FileBytes(const std::filesystem::path& file) : m_stream(file, std::ios::binary)
  {
    std::error_code error;
    const auto size =
      std::filesystem::is_regular_file(file, error) ? std::filesystem::file_size(file, error) : 0;
    m_size = error ? 0 : size;
  }

  bool is_readable() const { return m_stream.good() && m_size > 0; }
  std::uint64_t size() const override { return m_size; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    m_stream.clear();
    m_stream.seekg(static_cast<std::streamoff>(offset));
    m_stream.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    return static_cast<std::size_t>(m_stream.gcount());
  }

private:
  mutable std::ifstream m_stream;
  std::uint64_t m_size = 0;
};

} // namespace

Result<Input> read_input(const std::filesystem::path& file, Input::Role role)
{
  Input input;
  input.role = role;
  input.file = from_here(file);
  const FileBytes bytes(input.file);
  if (!bytes.is_readable()) {
    return fail(FailureClass::usage, fmt::format("cannot read {}", input.file.string()));
  }
  const auto header = inspect_image(bytes);
  if (!header) {
    return fail(FailureClass::usage,
                fmt::format("{}: {}", input.file.string(), header.error().message));
  }
  input.media_type = fmt::format("image/{}", to_string(header->format));
  input.bytes = bytes.size();
  input.size = header->size;
  return input;
}

} // namespace limn
