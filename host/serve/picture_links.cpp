#include "serve/picture_links.hpp"

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "work/passing.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <span>

namespace limn {

namespace {

constexpr std::size_t k_token_bytes = 16;
constexpr std::chrono::minutes k_old_looked_for_every{10};

std::string digest_of_token(std::string_view token)
{
  Sha256 digest;
  digest.update(std::as_bytes(std::span(token)));
  return digest.hex();
}

bool is_old(const std::filesystem::path& file)
{
  std::error_code error;
  const auto written = std::filesystem::last_write_time(file, error);
  const auto now = std::filesystem::file_time_type::clock::now();
  return !error && written + PictureLinks::k_good_for < now;
}

// Nobody looks for it before all of it is there.
bool write_new(const std::filesystem::path& path, std::string_view text)
{
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  return file
         && ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

} // namespace

std::optional<std::string> PictureLinks::make(std::string_view base_url, const Target& target)
{
  forget_old();
  std::array<unsigned char, k_token_bytes> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())
      || !make_private_folder(m_folder)) {
    return std::nullopt;
  }
  std::string token;
  for (const auto byte : bytes) {
    token += fmt::format("{:02x}", byte);
  }
  if (!write_new(m_folder / digest_of_token(token), target.job + "\n" + target.picture.native())) {
    return std::nullopt;
  }
  return fmt::format("{}/files/{}{}", base_url, token, target.picture.extension().string());
}

std::optional<PictureLinks::Target> PictureLinks::find(std::string_view name) const
{
  const auto token = name.substr(0, name.find('.'));
  const bool is_token = token.size() == 2 * k_token_bytes && std::ranges::all_of(token, [](char c) {
                          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                        });
  const auto file = m_folder / digest_of_token(token);
  if (!is_token || is_old(file)) {
    return std::nullopt;
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const auto line_end = text.find('\n');
  if (line_end == std::string::npos) {
    return std::nullopt;
  }
  Target target{text.substr(0, line_end), text.substr(line_end + 1)};
  return name.substr(token.size()) == target.picture.extension().string()
           ? std::optional(std::move(target))
           : std::nullopt;
}

void PictureLinks::forget_old()
{
  const auto now = std::chrono::steady_clock::now();
  if (m_looked_for_old != std::chrono::steady_clock::time_point()
      && now < m_looked_for_old + k_old_looked_for_every) {
    return;
  }
  m_looked_for_old = now;
  for (const auto& file : entries_of(m_folder)) {
    if (is_old(file)) {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
    }
  }
}

} // namespace limn
