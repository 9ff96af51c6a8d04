#include "job/inputs.hpp"

#include "job/paths.hpp"
#include "output/image_file.hpp"
#include "picture/image_header.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace limn {

namespace {

using namespace std::string_view_literals;

// What people take for a picture, by its first bytes.
struct Lookalike {
  std::size_t at;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array<Lookalike, 19> k_lookalikes{{
  {0, "%PDF-"sv, "a PDF"},
  {0, "II*\0"sv, "a TIFF"},
  {0, "MM\0*"sv, "a TIFF"},
  {0, "BM"sv, "a BMP"},
  {0, "\0\0\1\0"sv, "an ICO"},
  {0, "8BPS"sv, "a Photoshop file"},
  {0, "gimp xcf"sv, "a GIMP file"},
  {4, "jP  "sv, "a JPEG 2000"},
  {4, "JXL "sv, "a JPEG XL"},
  {0, "\xff\x0a"sv, "a JPEG XL"},
  {4, "ftyp"sv, "a video, or a picture of a kind that limn does not know"},
  {0, "\x1a\x45\xdf\xa3"sv, "a video"},
  {0, "PK\3\4"sv, "a ZIP archive"},
  {0, "\x1f\x8b"sv, "a gzip archive"},
  {0, "data:image/"sv, "a data URL, not the image in it"},
  {0, "<!DOCTYPE html"sv, "a web page"},
  {0, "<!doctype html"sv, "a web page"},
  {0, "<html"sv, "a web page"},
  {0, "{"sv, "JSON"},
}};

class FileBytes : public ByteSource
{
public:
  FileBytes(Descriptor file, std::uint64_t size) : m_file(std::move(file)), m_size(size) {}

  std::uint64_t size() const override { return m_size; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    return read_fully_at(m_file.number(), offset, into);
  }

private:
  Descriptor m_file;
  std::uint64_t m_size;
};

std::string_view kind_of(mode_t mode)
{
  return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : "a device";
}

// Opened without waiting for who writes to a pipe.
Result<std::unique_ptr<FileBytes>> open_regular(const std::filesystem::path& file,
                                                std::string_view as_given)
{
  Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened && errno == ENOENT) {
    return fail(FailureClass::usage, fmt::format("there is no file {}", file.string()),
                as_given == "-" ? "an image to work from is read from a file, not from a pipe"
                                : "");
  }
  if (!opened) {
    return fail(FailureClass::usage,
                fmt::format("cannot read {}: {}", file.string(), std::strerror(errno)));
  }
  struct ::stat status {
  };
  const bool is_known = ::fstat(opened.number(), &status) == 0;
  auto bytes =
    std::make_unique<FileBytes>(std::move(opened), static_cast<std::uint64_t>(status.st_size));
  if (!is_known || !S_ISREG(status.st_mode)) {
    return fail(FailureClass::usage,
                fmt::format("{} is {}, not a file", file.string(), kind_of(status.st_mode)),
                S_ISFIFO(status.st_mode) ? "save it to a file first: it may be sent more than once"
                                         : "");
  }
  return bytes;
}

Failure no_image(const std::filesystem::path& file, const FileBytes& bytes)
{
  std::array<std::byte, 32> head{};
  const auto count = bytes.read_at(0, head);
  const std::string_view text(reinterpret_cast<const char*>(head.data()), count);
  const auto known = std::ranges::find_if(k_lookalikes, [&](const Lookalike& one) {
    return text.size() > one.at && text.substr(one.at).starts_with(one.bytes);
  });
  return {
    FailureClass::usage,
    known == k_lookalikes.end()
      ? fmt::format("{} is no image in a known format ({} bytes)", file.string(), bytes.size())
      : fmt::format("{} is no image: it is {}", file.string(), known->name),
    "PNG, JPEG and WebP are what gateways take"};
}

} // namespace

Result<Input> read_input(const std::filesystem::path& file, Input::Role role)
{
  Input input;
  input.role = role;
  input.file = from_here(file);
  input.origin = input.file.string();
  LIMN_TRY_ASSIGN(const auto bytes, open_regular(input.file, file.native()));
  if (bytes->size() == 0) {
    return fail(FailureClass::usage, fmt::format("{} is empty (0 bytes)", input.file.string()));
  }
  if (!format_of(*bytes)) {
    return fail(no_image(input.file, *bytes));
  }
  const auto header = inspect_image(*bytes);
  if (!header) {
    return fail(FailureClass::usage,
                fmt::format("{}: {}", input.file.string(), header.error().message));
  }
  input.media_type = fmt::format("image/{}", to_string(header->format));
  input.bytes = bytes->size();
  input.size = header->size;
  return input;
}

} // namespace limn
