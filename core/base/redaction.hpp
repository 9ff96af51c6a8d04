#pragma once

#include "base/key_index.hpp"
#include "base/secret.hpp"
#include "base/text_range.hpp"

#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What stands where a key stood.
inline constexpr std::string_view k_redacted = "[redacted]";

// Takes keys out of text on its way out of the program: any run of eight characters of a known one,
// as it is, broken by blanks, escaped for URLs, JSON or HTML (also twice), as hex, as base64 and
// base64 of that; and whatever looks like a key (`sk-...`, `Bearer ...`, also with stars in the
// middle). Shorter keys are taken out where they are a whole value. From any thread: what is added
// holds for all that is redacted from then on.
class Redactor
{
public:
  void add(const Secret& secret);

  // What is hidden only where it stands in full: it may have words in it that mean nothing.
  void add_whole(const Secret& secret);

  // What everybody may read, such as the name of a model: a key that has it in it is not told by
  // it.
  void add_public(std::string_view word);

  std::string redact(std::string_view text) const;

  // The same for the known keys only: text that merely looks like a key is left as it is.
  std::string redact_known(std::string_view text) const;

  // For what limn says itself, such as the path of an image: useful only if it is exact. Only whole
  // keys are taken out, and the secrets of URLs.
  std::string redact_own(std::string_view text) const;

  // JSON that limn wrote: each of its strings by what its name says it is, so that it stays JSON.
  // Strings that are image data stay as they are (`image_data`: JsonWriter::ranges_of_image_data).
  std::string redact_json(std::string_view json, std::span<const TextRange> image_data = {}) const;

  // Whether what a user calls something could be a key, or has one in it.
  bool looks_like_key(std::string_view name) const;

private:
  enum class Origin { own, foreign };

  void find_known(std::string_view text, KeyIndex::Part part, std::vector<TextRange>& found) const;
  void find_masked(std::string_view text, std::vector<TextRange>& found) const;
  std::vector<TextRange> find(std::string_view text, Origin origin) const;
  std::string redact_text(std::string_view text, Origin origin) const;
  std::string redact_string(std::string_view escaped, Origin origin) const;

  mutable std::mutex m_mutex; // over all that stands below
  KeyIndex m_index;
  std::vector<Secret> m_keys;
  std::vector<Secret> m_short_keys;
};

} // namespace limn
