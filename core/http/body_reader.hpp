#pragma once

#include "base/result.hpp"
#include "http/request.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace limn {

// Reads the pieces of a body one after the other, files from disk as they are needed.
class BodyReader
{
public:
  // Opens every file, so that a missing one is found before anything is sent.
  static Result<BodyReader> open(std::vector<BodyPiece> pieces);

  BodyReader(BodyReader&& other) noexcept;
  BodyReader& operator=(BodyReader&&) = delete;
  ~BodyReader();

  std::uint64_t size() const { return m_size; }

  // The next bytes; 0 at the end; nothing if a file could not be read or is shorter than when it
  // was opened.
  std::optional<std::size_t> read(std::span<char> into);

private:
  struct Source {
    BodyPiece piece;
    int fd = -1;
    std::uint64_t left = 0; // bytes of the file, or of the text, that are not read yet
  };

  BodyReader() = default;
  std::optional<std::size_t> read_some(Source& source, std::span<char> into);

  std::vector<Source> m_sources;
  std::size_t m_current = 0;
  std::uint64_t m_size = 0;
  std::string m_encoded; // base64 that did not fit into the last `into`
};

} // namespace limn
