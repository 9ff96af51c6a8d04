#pragma once

#include "model/gateway.hpp"
#include "model/secret.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace limn {

// SHA-256, in lower-case hexadecimal.
class Sha256
{
public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  std::string hex(); // ends the digest

private:
  struct State;
  std::unique_ptr<State> m_state;
};

// How a key is shown: the first 8 hexadecimal digits of the SHA-256 of "limn key:" + key. Says
// whether two keys are the same and nothing else. "none" for an empty one.
std::string fingerprint(const Secret& key);

// What a gateway is told by, whatever its name: "https://api.example/v1 0123abcd", its base URL and
// the fingerprint of its key. What limn remembers lies under it on users' disks: it never changes.
std::string gateway_id(const Gateway& gateway);

} // namespace limn
