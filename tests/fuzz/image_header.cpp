// Whatever the bytes are: nothing is read outside of them, little is read, and what is told about
// an image makes sense.
#include "picture/image_header.hpp"

#include "oracle.hpp"

#include <algorithm>

using namespace limn;

namespace {

// The input with a hole of zeros in its middle, as long as an image may be.
class Bytes : public ByteSource
{
public:
  Bytes(std::string_view text, std::uint64_t hole) : m_text(text), m_hole(hole) {}

  std::uint64_t size() const override { return m_text.size() + m_hole; }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    LIMN_EXPECT(offset <= size());
    const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size() - offset));
    for (std::size_t i = 0; i < count; ++i) {
      into[i] = at(offset + i);
    }
    bytes_read += count;
    return count;
  }

  mutable std::size_t bytes_read = 0;

private:
  std::byte at(std::uint64_t offset) const
  {
    const auto middle = m_text.size() / 2;
    if (offset >= middle && offset < middle + m_hole) {
      return std::byte(0);
    }
    return static_cast<std::byte>(m_text[offset < middle ? offset : offset - m_hole]);
  }

  std::string_view m_text;
  std::uint64_t m_hole;
};

void check(std::string_view text, std::uint64_t hole)
{
  const Bytes bytes(text, hole);
  const auto header = inspect_image(bytes);
  LIMN_EXPECT(bytes.bytes_read < 64 * 1024);
  if (!header) {
    LIMN_EXPECT(header.error().failure_class == FailureClass::bad_image);
    LIMN_EXPECT(bytes.size() == 0
                || header.error().message.find(std::to_string(bytes.size())) != std::string::npos);
    LIMN_EXPECT(fuzz::is_safe_to_show(header.error().message));
    return;
  }
  const auto [width, height] = header->size;
  // A JPEG may tell its height behind the first scan.
  const bool may_be_unknown =
    header->format == ImageFormat::svg || header->format == ImageFormat::avif
    || header->format == ImageFormat::heic || header->format == ImageFormat::jpeg;
  LIMN_EXPECT((width > 0 && height > 0) || (may_be_unknown && width == 0 && height == 0));
  LIMN_EXPECT(!to_string(header->format).empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto text = fuzz::text_of(bytes, size);
  check(text, 0);
  check(text, std::uint64_t{1} << 32U);
  return 0;
}
