#pragma once

#include <filesystem>
#include <string>

namespace limn {

// Where trusted certificates lie. Both empty: where libcurl looks by itself.
struct CertificateStore {
  std::string file;
  std::string folder;
};

// `ca_file` if given, else SSL_CERT_FILE and SSL_CERT_DIR, else the system's hashed folder. Parsing
// a bundle costs about 20 ms at every start; a hashed folder is read only where a chain needs it.
CertificateStore certificate_store(const std::filesystem::path& ca_file);

} // namespace limn
