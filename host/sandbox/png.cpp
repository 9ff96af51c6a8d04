#define ZLIB_CONST // what is only read is const

#include "sandbox/png.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <string_view>
#include <vector>

namespace limn::sandbox {

namespace {

constexpr std::size_t k_bytes_a_pixel = 3;

std::string big_endian(std::size_t number)
{
  std::string text;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    text += static_cast<char>(number >> shift);
  }
  return text;
}

const Bytef* bytes_of(std::string_view text)
{
  return reinterpret_cast<const Bytef*>(text.data());
}

// `write` appends the content to the file.
template <typename Write>
void append_written_chunk(std::string& file, std::string_view type, Write write)
{
  const auto start = file.size();
  file.append("size").append(type);
  write(file);
  const auto checked = std::string_view(file).substr(start + 4);
  const auto sum = crc32_z(0, bytes_of(checked), checked.size());
  file.replace(start, 4, big_endian(checked.size() - type.size()));
  file += big_endian(sum);
}

void append_chunk(std::string& file, std::string_view type, std::string_view content)
{
  append_written_chunk(file, type, [content](std::string& end) { end += content; });
}

// A zlib stream that grows at the end of a file.
class Deflate
{
public:
  Deflate(int level, std::string& file) : m_file(file)
  {
    if (deflateInit(&m_stream, level) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;
  ~Deflate() { deflateEnd(&m_stream); }

  void add(std::string_view bytes, int flush)
  {
    m_stream.next_in = bytes_of(bytes);
    m_stream.avail_in = static_cast<uInt>(bytes.size());
    do {
      m_stream.next_out = m_block.data();
      m_stream.avail_out = static_cast<uInt>(m_block.size());
      deflate(&m_stream, flush);
      m_file.append(m_block.begin(), m_block.end() - m_stream.avail_out);
    } while (m_stream.avail_out == 0);
  }

private:
  std::string& m_file;
  std::vector<Bytef> m_block = std::vector<Bytef>(std::size_t{64} * 1024);
  z_stream m_stream{};
};

// Each row begins with its filter: 0, none; 2, the difference to the row above.
void append_pixels(std::string& file, const Picture& picture, Compression compression)
{
  const std::size_t width = static_cast<std::size_t>(picture.size.width) * k_bytes_a_pixel;
  const bool is_fast = compression == Compression::fast;
  std::string row(width + 1, is_fast ? '\2' : '\0');
  Deflate deflate(is_fast ? 1 : 0, file);
  for (std::size_t at = 0; at + width <= picture.pixels.size(); at += width) {
    const auto* pixels = &picture.pixels[at];
    if (is_fast && at > 0) {
      std::transform(pixels, pixels + width, pixels - width, row.begin() + 1,
                     [](auto here, auto above) { return static_cast<char>(here - above); });
    } else {
      std::copy_n(pixels, width, row.begin() + 1);
    }
    deflate.add(row, Z_NO_FLUSH);
  }
  deflate.add({}, Z_FINISH);
}

} // namespace

std::string encode_png(const Picture& picture, Compression compression)
{
  std::string file;
  file.reserve(compression == Compression::none
                 ? picture.pixels.size() + picture.pixels.size() / 100 + 4096
                 : picture.pixels.size() / 8);
  file += "\x89PNG\r\n\x1a\n";
  constexpr std::string_view rgb_of_8_bits("\x08\x02\0\0\0", 5);
  append_chunk(file, "IHDR",
               big_endian(static_cast<std::size_t>(picture.size.width))
                 .append(big_endian(static_cast<std::size_t>(picture.size.height)))
                 .append(rgb_of_8_bits));
  append_chunk(file, "tEXt", std::string_view("Software\0limn sandbox", 21));
  append_written_chunk(file, "IDAT",
                       [&](std::string& end) { append_pixels(end, picture, compression); });
  append_chunk(file, "IEND", "");
  return file;
}

} // namespace limn::sandbox
