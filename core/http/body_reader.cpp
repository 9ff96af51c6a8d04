#include "http/body_reader.hpp"

#include "base/base64.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace limn {

namespace {

// A multiple of 3, so that only the last block of a file is padded.
constexpr std::size_t k_base64_block = 48 * 1024;

} // namespace

Result<BodyReader> BodyReader::open(std::vector<BodyPiece> pieces)
{
  BodyReader reader;
  for (auto& piece : pieces) {
    Source source{std::move(piece)};
    if (source.piece.kind == BodyPiece::Kind::text) {
      source.left = source.piece.text.size();
      reader.m_size += source.left;
      reader.m_sources.push_back(std::move(source));
      continue;
    }
    // Without waiting: a pipe that nobody writes to is refused like any other that is no file.
    source.fd = ::open(source.piece.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status {
    };
    const bool readable = source.fd >= 0 && ::fstat(source.fd, &status) == 0;
    const int error = errno;
    const auto file = source.piece.file.string();
    source.left = readable ? static_cast<std::uint64_t>(status.st_size) : 0;
    reader.m_size +=
      source.piece.kind == BodyPiece::Kind::file ? source.left : (source.left + 2) / 3 * 4;
    reader.m_sources.push_back(std::move(source)); // owns the descriptor from here
    if (!readable) {
      return fail(FailureClass::usage,
                  fmt::format("cannot read {}: {}", file, std::strerror(error)));
    }
    if (!S_ISREG(status.st_mode)) {
      return fail(FailureClass::usage, fmt::format("{} is not a regular file", file));
    }
  }
  return reader;
}

BodyReader::BodyReader(BodyReader&& other) noexcept
  : m_sources(std::exchange(other.m_sources, {})), m_current(other.m_current), m_size(other.m_size),
    m_encoded(std::move(other.m_encoded))
{
}

BodyReader::~BodyReader()
{
  for (const auto& source : m_sources) {
    if (source.fd >= 0) {
      ::close(source.fd);
    }
  }
}

std::optional<std::size_t> BodyReader::read(std::span<char> into)
{
  std::size_t filled = 0;
  while (filled < into.size()) {
    if (!m_encoded.empty()) {
      const auto count = std::min(m_encoded.size(), into.size() - filled);
      std::memcpy(into.data() + filled, m_encoded.data(), count);
      m_encoded.erase(0, count);
      filled += count;
      continue;
    }
    if (m_current == m_sources.size()) {
      break;
    }
    auto& source = m_sources[m_current];
    if (source.left == 0) {
      ++m_current;
      continue;
    }
    const auto count = read_some(source, into.subspan(filled));
    if (!count) {
      return std::nullopt;
    }
    filled += *count;
  }
  return filled;
}

std::optional<std::size_t> BodyReader::read_some(Source& source, std::span<char> into)
{
  if (source.piece.kind == BodyPiece::Kind::text) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(source.left, into.size()));
    const auto offset = source.piece.text.size() - static_cast<std::size_t>(source.left);
    std::memcpy(into.data(), source.piece.text.data() + offset, count);
    source.left -= count;
    return count;
  }
  const bool encoded = source.piece.kind == BodyPiece::Kind::file_as_base64;
  std::string block(static_cast<std::size_t>(
                      std::min<std::uint64_t>(source.left, encoded ? k_base64_block : into.size())),
                    '\0');
  std::size_t got = 0;
  while (got < block.size()) {
    const auto count = ::read(source.fd, block.data() + got, block.size() - got);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return std::nullopt;
    }
    got += static_cast<std::size_t>(count);
  }
  source.left -= got;
  if (encoded) {
    m_encoded = base64_encode(std::as_bytes(std::span(block)));
    return 0;
  }
  std::memcpy(into.data(), block.data(), got);
  return got;
}

} // namespace limn
