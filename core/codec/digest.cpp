#include "codec/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace limn {

namespace {

using DigestBytes = std::array<unsigned char, 32>;

std::string to_hex(std::span<const unsigned char> bytes)
{
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

// SHA-256 has no way to fail but for want of memory.
void require(int status)
{
  if (status != 1) {
    throw std::bad_alloc();
  }
}

} // namespace

struct Sha256::State {
  State() : context(EVP_MD_CTX_new())
  {
    require(context != nullptr ? 1 : 0);
    start();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  void start() { require(EVP_DigestInit_ex(context, EVP_sha256(), nullptr)); }

  EVP_MD_CTX* context;
};

Sha256::Sha256() : m_state(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes)
{
  require(EVP_DigestUpdate(m_state->context, bytes.data(), bytes.size()));
}

std::string Sha256::hex()
{
  DigestBytes digest{};
  require(EVP_DigestFinal_ex(m_state->context, digest.data(), nullptr));
  m_state->start();
  return to_hex(digest);
}

std::string fingerprint(const Secret& key)
{
  if (key.empty()) {
    return "none";
  }
  constexpr std::string_view prefix = "limn key:";
  std::string text;
  text.reserve(prefix.size()
               + key.reveal().size()); // one buffer, so that one wipe reaches every copy
  text.append(prefix).append(key.reveal());
  DigestBytes digest{};
  const int status =
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  wipe(text);
  require(status);
  return to_hex(std::span(digest).first<4>());
}

} // namespace limn
