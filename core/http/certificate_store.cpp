#include "http/certificate_store.hpp"

#include <cstdlib>

namespace limn {

namespace {

constexpr const char* k_hashed_store = "/etc/ssl/certs";

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

CertificateStore::Place find_place(const std::filesystem::path& ca_file)
{
  const auto env = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  if (!ca_file.empty()) {
    return {ca_file.string(), ""};
  }
  const auto file = env("SSL_CERT_FILE");
  const auto folder = env("SSL_CERT_DIR");
  if (!file.empty() || !folder.empty()) {
    return {file, folder};
  }
  if (is_hashed_store(k_hashed_store)) {
    return {"", k_hashed_store};
  }
  return {};
}

} // namespace

const CertificateStore::Place& CertificateStore::place() const
{
  if (!m_place) {
    m_place = find_place(m_ca_file);
  }
  return *m_place;
}

} // namespace limn
