#include "http/http_libraries.hpp"

#include "http/libcurl.hpp"

#include <openssl/crypto.h>
#include <zlib.h>

#if LIMN_HAS_BROTLI
#include <brotli/decode.h>
#endif
#if LIMN_HAS_ZSTD
#include <zstd.h>
#endif

#include <fmt/format.h>

namespace limn {

namespace {

std::vector<LibraryVersion> libcurls()
{
  if (!load_libcurl()) {
    return {{"libcurl", "not found"}, {"TLS", "not found"}};
  }
  const auto& curl = *libcurl().version_info(CURLVERSION_NOW);
  std::vector<LibraryVersion> libraries{{"libcurl", curl.version}};
  if (curl.ssl_version != nullptr) {
    libraries.push_back({"TLS", curl.ssl_version});
  }
  if (curl.age >= CURLVERSION_SIXTH && curl.nghttp2_version != nullptr) {
    libraries.push_back({"nghttp2", curl.nghttp2_version});
  }
  return libraries;
}

} // namespace

Done load_http_libraries()
{
  LIMN_TRY(load_libcurl());
  return {};
}

std::vector<LibraryVersion> http_libraries()
{
  auto libraries = libcurls();
  libraries.push_back({"libcrypto", ::OpenSSL_version(OPENSSL_VERSION_STRING)});
  libraries.push_back({"zlib", ::zlibVersion()});
#if LIMN_HAS_BROTLI
  const auto brotli = ::BrotliDecoderVersion();
  libraries.push_back(
    {"brotli", fmt::format("{}.{}.{}", brotli >> 24, (brotli >> 12) & 0xfff, brotli & 0xfff)});
#endif
#if LIMN_HAS_ZSTD
  libraries.push_back({"zstd", ::ZSTD_versionString()});
#endif
  return libraries;
}

} // namespace limn
