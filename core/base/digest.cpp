// The functions of before OpenSSL 3, which are no worse: those that came after them read
// openssl.cnf and set up every algorithm there is before the first byte, a millisecond at the start
// of each run.
#define OPENSSL_API_COMPAT 10101

#include "base/digest.hpp"

#include "base/base64.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

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

// Of the key, a block wide and mixed with `pad`, and `bytes` behind it.
DigestBytes keyed_digest(std::span<const std::byte> key, unsigned char pad,
                         std::span<const unsigned char> bytes)
{
  std::array<unsigned char, SHA256_CBLOCK> block{};
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) {
    block.at(i) ^= static_cast<unsigned char>(key[i]);
  }
  SHA256_CTX context;
  DigestBytes digest{};
  require(SHA256_Init(&context));
  require(SHA256_Update(&context, block.data(), block.size()));
  require(SHA256_Update(&context, bytes.data(), bytes.size()));
  require(SHA256_Final(digest.data(), &context));
  OPENSSL_cleanse(block.data(), block.size());
  OPENSSL_cleanse(&context, sizeof context);
  return digest;
}

} // namespace

struct Sha256::State {
  State() { start(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { OPENSSL_cleanse(&context, sizeof context); } // may hold the end of a key

  void start() { require(SHA256_Init(&context)); }
  DigestBytes end()
  {
    DigestBytes digest{};
    require(SHA256_Final(digest.data(), &context));
    start();
    return digest;
  }

  SHA256_CTX context;
};

Sha256::Sha256() : m_state(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes)
{
  require(SHA256_Update(&m_state->context, bytes.data(), bytes.size()));
}

std::string Sha256::hex()
{
  return to_hex(m_state->end());
}

std::string Sha256::base64()
{
  const auto digest = m_state->end();
  std::string text;
  base64_append(text, std::as_bytes(std::span(digest)));
  return text;
}

std::string hmac_sha256(std::span<const std::byte> key, std::string_view text)
{
  const auto inner =
    keyed_digest(key, 0x36, {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
  return to_hex(keyed_digest(key, 0x5C, inner));
}

std::string fingerprint(const Secret& key)
{
  if (key.empty()) {
    return "none";
  }
  Sha256 digest;
  for (const std::string_view part : {std::string_view("limn key:"), key.reveal()}) {
    digest.update(std::as_bytes(std::span(part)));
  }
  return digest.hex().substr(0, 8);
}

} // namespace limn
