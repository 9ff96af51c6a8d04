#include "http/uncoder.hpp"

#include <zlib.h>

#if LIMN_HAS_BROTLI
#include <brotli/decode.h>
#endif
#if LIMN_HAS_ZSTD
#include <zstd.h>
#endif

#include <algorithm>
#include <limits>
#include <new>

namespace limn {

namespace {

class Inflate : public Uncoder
{
public:
  // As inflateInit2 has it.
  explicit Inflate(int window_bits)
  {
    if (::inflateInit2(&m_stream, window_bits) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Inflate() override { ::inflateEnd(&m_stream); }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  Step step(std::string_view coded, std::span<char> room) override
  {
    constexpr std::size_t k_most = std::numeric_limits<uInt>::max();
    const auto size = std::min(coded.size(), k_most);
    m_stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
    m_stream.avail_in = static_cast<uInt>(size);
    m_stream.next_out = reinterpret_cast<Bytef*>(room.data());
    m_stream.avail_out = static_cast<uInt>(room.size());
    const int code = ::inflate(&m_stream, Z_NO_FLUSH);
    const auto status = code == Z_STREAM_END                  ? Status::ended
                        : code == Z_OK || code == Z_BUF_ERROR ? Status::going
                                                              : Status::broken;
    return {size - m_stream.avail_in, room.size() - m_stream.avail_out, status};
  }

  // Another member of gzip (RFC 1952, 2.2).
  bool begins_again(std::string_view behind) override
  {
    constexpr std::string_view k_magic = "\x1f\x8b";
    return behind.substr(0, 2) == k_magic.substr(0, behind.size())
           && ::inflateReset(&m_stream) == Z_OK;
  }

private:
  z_stream m_stream{};
};

#if LIMN_HAS_BROTLI
class Unbrotli : public Uncoder
{
public:
  Step step(std::string_view coded, std::span<char> room) override
  {
    if (!m_state) {
      throw std::bad_alloc();
    }
    std::size_t left = coded.size();
    std::size_t room_left = room.size();
    const auto* in = reinterpret_cast<const std::uint8_t*>(coded.data());
    auto* out = reinterpret_cast<std::uint8_t*>(room.data());
    const auto result =
      ::BrotliDecoderDecompressStream(m_state.get(), &left, &in, &room_left, &out, nullptr);
    const auto status = result == BROTLI_DECODER_RESULT_SUCCESS ? Status::ended
                        : result == BROTLI_DECODER_RESULT_ERROR ? Status::broken
                                                                : Status::going;
    return {coded.size() - left, room.size() - room_left, status};
  }

private:
  struct Close {
    void operator()(BrotliDecoderState* state) const { ::BrotliDecoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliDecoderState, Close> m_state{
    ::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
};
#endif

#if LIMN_HAS_ZSTD
class Unzstd : public Uncoder
{
public:
  Step step(std::string_view coded, std::span<char> room) override
  {
    if (!m_stream) {
      throw std::bad_alloc();
    }
    ZSTD_inBuffer in{coded.data(), coded.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const auto result = ::ZSTD_decompressStream(m_stream.get(), &out, &in);
    const auto status = ::ZSTD_isError(result) != 0 ? Status::broken
                        : result == 0               ? Status::ended
                                                    : Status::going;
    return {in.pos, out.pos, status};
  }

private:
  struct Close {
    void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Close> m_stream{::ZSTD_createDStream()};
};
#endif

} // namespace

std::unique_ptr<Uncoder> make_uncoder(Coding coding)
{
  constexpr int k_with_gzip_header = 16;
  switch (coding) {
  case Coding::gzip:
    return std::make_unique<Inflate>(MAX_WBITS + k_with_gzip_header);
  case Coding::zlib:
    return std::make_unique<Inflate>(MAX_WBITS);
  case Coding::deflate:
    return std::make_unique<Inflate>(-MAX_WBITS);
#if LIMN_HAS_BROTLI
  case Coding::brotli:
    return std::make_unique<Unbrotli>();
#endif
#if LIMN_HAS_ZSTD
  case Coding::zstd:
    return std::make_unique<Unzstd>();
#endif
  default:
    return nullptr;
  }
}

} // namespace limn
