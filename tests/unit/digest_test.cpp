#include "base/digest.hpp"

#include <doctest/doctest.h>

#include <string_view>

using limn::fingerprint;
using limn::hmac_sha256;
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
  feed(digest, "abc");
  CHECK(digest.base64() == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");

  feed(digest, "ab");
  Sha256 moved(std::move(digest));
  feed(moved, "c");
  CHECK(moved.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("hmac_sha256 agrees with RFC 4231")
{
  const auto sealed = [](std::string_view key, std::string_view text) {
    return hmac_sha256(std::as_bytes(std::span(key)), text);
  };
  CHECK(sealed(std::string(20, '\x0b'), "Hi There")
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(sealed("Jefe", "what do ya want for nothing?")
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(sealed(std::string(20, '\xaa'), std::string(50, '\xdd'))
        == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
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
