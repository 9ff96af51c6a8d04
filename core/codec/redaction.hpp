#pragma once

#include "model/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What stands where a key stood.
inline constexpr std::string_view k_redacted = "[redacted]";

// Takes keys out of text on its way out of the program: the known ones, whole, URL-encoded, as
// base64 or escaped for JSON, and whatever looks like one (`sk-...`, `Bearer ...`, also with stars
// in the middle).
class Redactor
{
public:
  void add(const Secret& secret);

  std::string redact(std::string_view text) const;

  // The same for the known keys only, where they stand whole: text that merely looks like a key is
  // left as it is.
  std::string redact_known(std::string_view text) const;

private:
  std::vector<Secret> m_keys;
  std::vector<Secret> m_base64; // of each key, at every alignment, in both alphabets
};

} // namespace limn
