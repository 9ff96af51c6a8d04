#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace limn {

// Where trusted certificates lie: `ca_file` if given, else SSL_CERT_FILE and SSL_CERT_DIR, else the
// hashed folder of the system's OpenSSL, else where libcurl looks by itself, else the bundle of
// another distribution than the one that libcurl was built for. Parsing a bundle costs about 20 ms
// at every start; of a hashed folder only what a chain needs is read.
class CertificateStore
{
public:
  explicit CertificateStore(std::filesystem::path ca_file) : m_ca_file(std::move(ca_file)) {}

  // Both empty: where libcurl looks by itself.
  struct Place {
    std::string file;
    std::string folder;
  };

  // Looked for at the first call: who asks by plain http does not pay for it.
  const Place& place() const;

private:
  std::filesystem::path m_ca_file;
  mutable std::optional<Place> m_place;
};

// That a file of `--cacert` is there, can be read, and has a certificate in it as PEM. FailureClass
// usage, with what it is instead.
Done check_certificate_file(const std::filesystem::path& file);

} // namespace limn
