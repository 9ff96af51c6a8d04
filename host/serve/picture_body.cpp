#include "serve/picture_body.hpp"

#include "base/base64.hpp"
#include "output/image_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_read_at_once = 48 * 1024; // whole groups of three
// Each piece goes through two threads and a call of the kernel: a picture of a hundred thousand
// bytes, and what stands around it, is one.
constexpr std::size_t k_piece = 136 * 1024;

} // namespace

std::optional<PictureFile> PictureFile::open(const std::filesystem::path& path)
{
  auto file = std::make_shared<const Descriptor>(
    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {
  };
  if (!*file || ::fstat(file->number(), &status) != 0 || !S_ISREG(status.st_mode)
      || status.st_size == 0) {
    return std::nullopt;
  }
  return PictureFile{std::move(file), static_cast<std::uint64_t>(status.st_size)};
}

void PictureBody::add(std::string_view text)
{
  m_size += text.size();
  if (!m_parts.empty()) {
    if (auto* last = std::get_if<std::string>(&m_parts.back())) {
      *last += text;
      return;
    }
  }
  m_parts.emplace_back(std::string(text));
}

void PictureBody::add(PictureFile picture, Coding coding)
{
  m_size += coding == Coding::base64 ? (picture.size + 2) / 3 * 4 : picture.size;
  m_parts.emplace_back(Part{std::move(picture), coding});
}

// No other place of the text has it: a quote in a string of JSON has a backslash before it.
void PictureBody::add_json(std::string_view json, std::string_view member,
                           std::vector<PictureFile> pictures)
{
  const auto here = fmt::format(R"("{}":"{}")", member, k_picture_here);
  for (auto& picture : pictures) {
    const auto at = json.find(here);
    if (at == std::string_view::npos) {
      break;
    }
    const auto begin = at + member.size() + 4; // behind the quote before it
    add(json.substr(0, begin));
    add(std::move(picture));
    json.remove_prefix(begin + k_picture_here.size());
  }
  add(json);
}

std::string PictureBody::next()
{
  std::string piece;
  piece.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(k_piece, m_size - m_told)));
  while (m_part < m_parts.size() && piece.size() < k_piece) {
    if (const auto* text = std::get_if<std::string>(&m_parts[m_part])) {
      piece += *text;
      ++m_part;
    } else if (!add_bytes(std::get<Part>(m_parts[m_part]), piece)) {
      break;
    }
  }
  m_told += piece.size();
  return piece;
}

// As much of a picture as there is room for. False: for not one group of it.
bool PictureBody::add_bytes(Part& part, std::string& piece)
{
  auto& [picture, coding, read] = part;
  const auto room = k_piece - piece.size();
  const auto wanted =
    std::min<std::uint64_t>(coding == Coding::base64 ? room / 4 * 3 : room, picture.size - read);
  std::array<std::byte, k_read_at_once> block; // not from the heap, which gives it back each time
  const auto bytes =
    std::span(block).first(static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), wanted)));
  if (bytes.empty()) {
    return false;
  }
  if (read_fully_at(picture.file->number(), read, bytes) < bytes.size()) {
    m_part = m_parts.size(); // who reads the answer sees that it is cut
    return false;
  }
  if (coding == Coding::base64) {
    base64_append(piece, bytes);
  } else {
    piece.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  read += bytes.size();
  if (read == picture.size) {
    picture.file.reset();
    ++m_part;
  }
  return true;
}

} // namespace limn
