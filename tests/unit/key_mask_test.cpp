#include "base/key_mask.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using limn::KeyMask;
using limn::Secret;

namespace {

std::string masked(std::string_view key, std::string_view text, std::size_t piece)
{
  KeyMask mask{Secret(key)};
  std::string all;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    all += mask.pass(text.substr(at, piece));
  }
  return all + mask.rest();
}

} // namespace

TEST_CASE("a key is masked wherever it stands and however it is cut, and nothing else")
{
  constexpr std::string_view key = "abababac";
  const std::string stars(key.size(), '*');
  for (const std::string& text :
       {std::string(), std::string("ab"), std::string("abababa"), std::string(key),
        "x" + std::string(key) + "y", std::string("ab") + std::string(key),
        std::string(key) + std::string(key), "abababab" + std::string(key) + "ababa",
        "data: {\"error\":\"" + std::string(key) + "\"}\n\n", std::string("\0ab\0", 4)}) {
    std::string wanted = text;
    for (auto at = wanted.find(key); at != std::string::npos; at = wanted.find(key)) {
      wanted.replace(at, key.size(), stars);
    }
    for (std::size_t piece = 1; piece <= text.size() + 1; ++piece) {
      CAPTURE(text);
      CAPTURE(piece);
      CHECK(masked(key, text, piece) == wanted);
    }
  }
}

TEST_CASE("what the key does not begin with waits for nothing")
{
  KeyMask mask{Secret("sk-secret-key")};
  CHECK(mask.pass("data: a\n\n") == "data: a\n\n");
  CHECK(mask.pass("data: sk-se") == "data: ");
  CHECK(mask.pass("at\n\n") == "sk-seat\n\n");
  CHECK(mask.rest().empty());
}

TEST_CASE("a key that could be a word masks nothing")
{
  CHECK(masked("none", "none of it", 3) == "none of it");
  CHECK(masked("", "all of it", 3) == "all of it");
}
