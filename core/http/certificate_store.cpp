#include "http/certificate_store.hpp"

#include "base/descriptor.hpp"
#include "http/libcurl.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace limn {

namespace {

// Whether a folder holds certificates under their hashes ("1636090b.0"), as c_rehash makes it.
bool is_hashed_store(const char* folder)
{
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if (name.size() == 10 && name.ends_with(".0")
        && name.find_first_not_of("0123456789abcdef") == 8) {
      return true;
    }
  }
  return false;
}

// Another TLS library of libcurl's reads a folder whole, each certificate as often as it has names.
bool asks_openssl()
{
  const char* tls = libcurl().version_info(CURLVERSION_NOW)->ssl_version;
  return tls != nullptr && std::string_view(tls).starts_with("OpenSSL/");
}

// Bundles of distributions, as Go's crypto/x509/root_linux.go has them: Debian and Arch, Fedora,
// openSUSE, RHEL 7 and newer, Alpine.
constexpr std::array<const char*, 5> k_bundles{
  "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem"};

// Where libcurl looks by itself; if nothing is there, since it was built for another distribution,
// the bundle of this one.
CertificateStore::Place libcurls_place()
{
  const auto is_there = [](const char* file) { return ::access(file, R_OK) == 0; };
  const char* own = libcurl().version_info(CURLVERSION_NOW)->cainfo;
  if (own == nullptr || is_there(own)) {
    return {};
  }
  const auto* const found = std::find_if(k_bundles.begin(), k_bundles.end(), is_there);
  return found == k_bundles.end() ? CertificateStore::Place{} : CertificateStore::Place{*found, ""};
}

CertificateStore::Place find_place(const std::filesystem::path& ca_file)
{
  const auto env = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  if (!ca_file.empty()) {
    return {ca_file.string(), ""};
  }
  const auto file = env(::X509_get_default_cert_file_env());
  const auto folder = env(::X509_get_default_cert_dir_env());
  if (!file.empty() || !folder.empty()) {
    return {file, folder};
  }
  const char* system = ::X509_get_default_cert_dir();
  if (asks_openssl() && is_hashed_store(system)) {
    return {"", system};
  }
  return libcurls_place();
}

// Whether a block of PEM behind one of the names that a certificate has in it stands in `text`,
// with what every certificate begins with (a DER sequence of more than 127 bytes).
bool has_certificate(std::string_view text)
{
  for (const std::string_view name : {"CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"}) {
    const auto line = "-----BEGIN " + std::string(name) + "-----";
    for (auto at = text.find(line); at != std::string_view::npos; at = text.find(line, at + 1)) {
      const auto body =
        text.substr(std::min(text.find_first_not_of(" \t\r\n", at + line.size()), text.size()));
      if (body.starts_with("MI") && body.find("-----END ") != std::string_view::npos) {
        return true;
      }
    }
  }
  return false;
}

constexpr std::string_view k_certificate_wanted =
  "give a file that has the line -----BEGIN CERTIFICATE----- in it";

std::string_view kind_of(mode_t mode)
{
  return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : "a device";
}

} // namespace

Done check_certificate_file(const std::filesystem::path& file)
{
  constexpr std::size_t k_most = 16 << 20;
  const auto wrong = [&](std::string_view what, std::string hint = {}) {
    return fail(FailureClass::usage, fmt::format("{} {}", file.string(), what), std::move(hint));
  };
  // A pipe would hold us up without O_NONBLOCK, and could be read once only.
  Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened) {
    return errno == ENOENT ? wrong("is not there")
                           : wrong(fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  struct ::stat status {
  };
  std::string text;
  const bool is_file = ::fstat(opened.number(), &status) == 0 && S_ISREG(status.st_mode);
  if (is_file) {
    text.resize(std::min(static_cast<std::size_t>(status.st_size), k_most));
    const auto count = ::pread(opened.number(), text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  opened.close();
  if (!is_file) {
    return wrong(fmt::format("is {}, not a file of certificates", kind_of(status.st_mode)));
  }
  if (text.empty()) {
    return wrong("is empty");
  }
  if (has_certificate(text)) {
    return {};
  }
  if (text.find("-----BEGIN ") != std::string::npos) {
    return wrong("has no certificate in it", std::string(k_certificate_wanted));
  }
  return wrong("is no PEM", text.starts_with("\x30\x82")
                              ? "convert it: openssl x509 -inform der -in FILE -out FILE.pem"
                              : std::string(k_certificate_wanted));
}

const CertificateStore::Place& CertificateStore::place() const
{
  if (!m_place) {
    m_place = find_place(m_ca_file);
  }
  return *m_place;
}

} // namespace limn
