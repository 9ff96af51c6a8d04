#include "base/credential_name.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace limn {

bool names_credential(std::string_view name)
{
  constexpr std::array<std::string_view, 14> k_ends{
    "key",    "token",    "secret",        "password",   "passwd",         "passphrase",
    "cookie", "auth",     "authorization", "credential", "authentication", "cookies",
    "sig",    "signature"}; // of an address that was signed
  const auto is_separator = [](char c) { return c == '.' || c == '-' || c == '_'; };
  std::string word;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && !is_separator(name[i])) {
      word += ascii_lower(name[i]);
      continue;
    }
    if (std::any_of(k_ends.begin(), k_ends.end(), [&word](std::string_view end) {
          return word.size() >= end.size()
                 && std::string_view(word).substr(word.size() - end.size()) == end;
        })) {
      return true;
    }
    word.clear();
  }
  return false;
}

} // namespace limn
