#include "base/digest.hpp"

#include <doctest/doctest.h>

#include <string_view>

using limn::fingerprint;
using limn::Secret;
using limn::Sha256;

namespace {

void feed(Sha256& digest, std::string_view text)
{
  digest.update(std::as_bytes(std::span(text)));
}

} // namespace

TEST_CASE("Sha256 agrees with the published examples, whatever the pieces")
{
  Sha256 digest;
  CHECK(digest.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  feed(digest, "a");
  feed(digest, "");
  feed(digest, "bc");
  CHECK(digest.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

  feed(digest, "ab");
  Sha256 moved(std::move(digest));
  feed(moved, "c");
  CHECK(moved.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a fingerprint tells keys apart and shows nothing of them")
{
  CHECK(fingerprint(Secret()) == "none");
  const auto one = fingerprint(Secret("sk-one"));
  CHECK(one.size() == 8);
  CHECK(one.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(one == fingerprint(Secret("sk-one")));
  CHECK(one != fingerprint(Secret("sk-two")));

  Sha256 digest;
  feed(digest, "limn key:sk-one");
  CHECK(one == digest.hex().substr(0, 8));
}
