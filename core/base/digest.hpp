#pragma once

#include "base/secret.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// SHA-256.
class Sha256
{
public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  // The digest; the next one begins.
  std::string hex();    // in lower case
  std::string base64(); // as policies of web pages and HTTP digests want it

private:
  struct State;
  std::unique_ptr<State> m_state;
};

// HMAC-SHA-256 (RFC 2104) of `text`, in lower-case hexadecimal. The key has at most 64 bytes.
std::string hmac_sha256(std::span<const std::byte> key, std::string_view text);

// How a key is shown: the first 8 hexadecimal digits of the SHA-256 of "limn key:" + key. Says
// whether two keys are the same and nothing else. "none" for an empty one.
std::string fingerprint(const Secret& key);

} // namespace limn
