#include "job/inputs.hpp"

#include "base/files.hpp"
#include "http/url.hpp"
#include "job/past.hpp"
#include "job/paths.hpp"
#include "model/store_address.hpp"
#include "output/image_file.hpp"
#include "picture/input_image.hpp"

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

// An open file, and its bytes.
struct FileBytes {
  Descriptor file;
  std::uint64_t size = 0;
};

std::string_view kind_of(mode_t mode)
{
  return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : "a device";
}

// Opened without waiting for who writes to a pipe.
Result<FileBytes> open_regular(const std::filesystem::path& file)
{
  Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened && errno == ENOENT) {
    return fail(FailureClass::usage, fmt::format("there is no file {}", file.string()));
  }
  if (!opened) {
    return fail(FailureClass::usage,
                fmt::format("cannot read {}: {}", file.string(), std::strerror(errno)));
  }
  struct ::stat status {
  };
  const bool is_known = ::fstat(opened.number(), &status) == 0;
  if (!is_known || !S_ISREG(status.st_mode)) {
    return fail(FailureClass::usage,
                fmt::format("{} is {}, not a file", file.string(), kind_of(status.st_mode)),
                S_ISFIFO(status.st_mode) ? "save it to a file first: it may be sent more than once"
                                         : "");
  }
  return FileBytes{std::move(opened), static_cast<std::uint64_t>(status.st_size)};
}

Result<Input> of_standard_input(Input input)
{
  if (::isatty(STDIN_FILENO) == 1) {
    return fail(FailureClass::usage, "an image to work from does not come from a terminal",
                "pipe one in (limn edit -i - \"...\" < fox.png), or name its file");
  }
  LIMN_TRY_ASSIGN(auto file, nameless_file());
  std::array<char, 65536> piece{};
  std::uint64_t size = 0;
  for (;;) {
    const auto count = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(FailureClass::usage,
                  fmt::format("cannot read standard input: {}", std::strerror(errno)));
    }
    if (count > 0
        && ::write(file.number(), piece.data(), static_cast<std::size_t>(count)) != count) {
      return fail(FailureClass::not_saved,
                  "standard input cannot be kept meanwhile: $TMPDIR is full");
    }
    size += static_cast<std::uint64_t>(count);
    if (count == 0 || size > k_largest_input) {
      break;
    }
  }
  input.origin = "-";
  input.opened = std::make_shared<const Descriptor>(std::move(file));
  input.file = path_of(*input.opened);
  LIMN_TRY_ASSIGN(const auto bytes, open_regular(input.file));
  LIMN_TRY(inspect_input(input, OpenFile(bytes.file.number(), bytes.size), "standard input"));
  return input;
}

Result<Input> of_address(Input input, const std::string& url)
{
  if (is_store_address(url)) {
    LIMN_TRY_ASSIGN(const auto address, parse_store_address(url));
    if (address.key.empty() || address.key.ends_with('/')) {
      return fail(FailureClass::usage, fmt::format("{} is no image in a store", url));
    }
    input.origin = url;
    return input;
  }
  const auto parsed = parse_url(url);
  if (!parsed || parsed->scheme != "https") {
    return fail(FailureClass::usage, fmt::format("an image is not fetched from {}", url),
                parsed ? "only over https" : parsed.error().message);
  }
  input.origin = url;
  return input;
}

// Names of files have more to them, as a rule.
bool may_be_of_history(std::string_view name)
{
  return name == "last"
         || (name.size() >= 3 && name.size() <= 10 && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '9');
             }));
}

} // namespace

Result<Input> read_input(const std::string& name, Input::Role role)
{
  Input input;
  input.role = role;
  if (name == "-") {
    return of_standard_input(std::move(input));
  }
  if (name.find("://") != std::string::npos) {
    return of_address(std::move(input), name);
  }
  input.file = from_here(name);
  std::error_code ignored;
  if (may_be_of_history(name) && !std::filesystem::exists(input.file, ignored)) {
    auto image = past_image(name);
    if (!image && name != "last") {
      image.error().message =
        fmt::format("there is no file {}, and {}", input.file.string(), image.error().message);
    }
    LIMN_TRY_ASSIGN(input.file, std::move(image));
  }
  input.origin = input.file.string();
  LIMN_TRY_ASSIGN(const auto bytes, open_regular(input.file));
  LIMN_TRY(inspect_input(input, OpenFile(bytes.file.number(), bytes.size), input.origin));
  return input;
}

} // namespace limn
