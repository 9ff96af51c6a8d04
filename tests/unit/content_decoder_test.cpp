#include "http/content_decoder.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

using State = ContentDecoder::State;

constexpr auto k_text = R"({"data":[{"b64_json":"aGVsbG8gd29ybGQ="}]})"sv;
// As zlib 1.2.13, brotli 1.0.9 and zstd 1.5.4 pack it.
constexpr auto k_deflate =
  "\xabVJI,IT\xb2\x8a\xaeVJ23\x89\xcf*\xce\xcfS\xb2RJt\x0f+Nr\xb7HO1\xb2\xacLr\x0f\xb4U\xaa\x8d\xad\x05\x00"sv;
constexpr auto k_brotli = "\x8b\x14\x80{\"data\":[{\"b64_json\":\"aGVsbG8gd29ybGQ=\"}]}\x03"sv;
constexpr auto k_zstd =
  "(\xb5/\xfd\x04XQ\x01\x00{\"data\":[{\"b64_json\":\"aGVsbG8gd29ybGQ=\"}]}\x08"
  "B\xda\x1c"sv;
const std::string k_gzip =
  "\x1f\x8b\x08\0\0\0\0\0\0\x03"s + std::string(k_deflate) + "\x62\xd9\x2b\xd1\x2a\x00\x00\x00"s;

struct Decoded {
  std::string text;
  State state = State::going; // the first that was another, or the last
};

Decoded decoded(std::string_view bytes, std::string_view label, std::size_t piece_size)
{
  ContentDecoder decoder(label);
  Decoded result;
  const auto sink = [&](std::string_view piece) {
    result.text += piece;
    return true;
  };
  for (std::size_t at = 0; at < bytes.size() && result.state == State::going; at += piece_size) {
    result.state = decoder.feed(bytes.substr(at, piece_size), sink);
  }
  if (result.state == State::going) {
    result.state = decoder.finish(sink);
  }
  return result;
}

} // namespace

TEST_CASE("a body means the same whatever its label says, and however it is cut into pieces")
{
  struct Row {
    std::string_view name;
    std::string_view bytes;
    std::string_view label;
    std::string_view text;
    Coding needs = Coding::gzip; // not every build knows all
  };
  const Row rows[] = {
    {"plain", k_text, "", k_text},
    {"plain, said to be gzip", k_text, "gzip", k_text},
    {"plain, said to be brotli", k_text, "br", k_text},
    {"plain, said to be deflate", k_text, "deflate", k_text},
    {"plain, said to be zstd", k_text, "zstd", k_text},
    {"a few bytes, said to be brotli", "{}", "br", "{}"},
    {"an event stream, said to be brotli", "data: {}\n\n", "br", "data: {}\n\n"},
    {"a list, said to be brotli", "[{\"a\":1},{\"b\":2}]", "br", "[{\"a\":1},{\"b\":2}]"},
    {"words of elsewhere, said to be deflate", "错误：没有余额。", "deflate", "错误：没有余额。"},
    {"a PNG, said to be brotli", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv, "br",
     "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv},
    {"a JPEG, said to be deflate", "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1"sv, "deflate",
     "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1"sv},
    {"what only begins like gzip", "\x1f\x8b\x08 and no more of it", "",
     "\x1f\x8b\x08 and no more of it"},
    {"the first byte of gzip", "\x1f", "", "\x1f"},
    {"nothing", "", "gzip", ""},
    {"deflate", k_deflate, "deflate", k_text},
    {"deflate, in capitals", k_deflate, "Deflate", k_text},
    {"deflate without a word", k_deflate, "", k_deflate},
    {"gzip", k_gzip, "gzip", k_text},
    {"gzip without a word", k_gzip, "", k_text},
    {"gzip, said to be brotli", k_gzip, "br", k_text},
    {"gzip of what is said to be brotli, and is not", k_gzip, "br, gzip", k_text},
    {"brotli", k_brotli, "br", k_text, Coding::brotli},
    {"brotli among others", k_brotli, "identity , br", k_text, Coding::brotli},
    {"brotli without a word", k_brotli, "", k_brotli},
    {"zstd", k_zstd, "zstd", k_text, Coding::zstd},
    {"zstd without a word", k_zstd, "", k_text, Coding::zstd},
  };
  for (const auto& row : rows) {
    if (!make_uncoder(row.needs)) {
      continue;
    }
    for (const std::size_t piece_size : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
      CAPTURE(row.name);
      CAPTURE(piece_size);
      const auto result = decoded(row.bytes, row.label, piece_size);
      CHECK(result.text == row.text);
      CHECK(result.state == State::going);
    }
  }
}

TEST_CASE("what is packed in several members of gzip is all of them")
{
  for (std::size_t piece = 1; piece < k_gzip.size() + 3; ++piece) {
    CAPTURE(piece);
    const auto two = decoded(k_gzip + k_gzip, "gzip", piece);
    CHECK(two.text == std::string(k_text) + std::string(k_text));
    CHECK(two.state == State::going);
    CHECK(decoded(k_gzip + "and garbage", "gzip", piece).text == k_text);
  }
}

TEST_CASE("what was packed and is cut is broken, and what came of it is there")
{
  const auto result = decoded(std::string_view(k_gzip).substr(0, 40), "gzip", 7);
  CHECK(result.state == State::broken);
  CHECK(k_text.starts_with(result.text));
  CHECK(result.text.size() > 10);
}

TEST_CASE("plain bytes pass as they come, from the first on")
{
  ContentDecoder decoder("gzip");
  std::vector<const char*> heard;
  const auto sink = [&](std::string_view piece) {
    heard.push_back(piece.data());
    return true;
  };
  REQUIRE(decoder.feed(k_text.substr(0, 9), sink) == State::going);
  REQUIRE(decoder.feed(k_text.substr(9), sink) == State::going);
  CHECK(heard == std::vector{k_text.data(), k_text.data() + 9});
}

TEST_CASE("a sink that wants no more ends it")
{
  ContentDecoder decoder;
  CHECK(decoder.feed(k_gzip, [](std::string_view) { return false; }) == State::unwanted);
}
