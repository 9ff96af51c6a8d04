#pragma once

#include "base/result.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

inline constexpr std::size_t k_deepest_yaml = 32;
// Every alias written out, so that a few lines cannot stand for more than memory holds.
inline constexpr std::size_t k_most_yaml_values = 10'000;
inline constexpr std::size_t k_most_yaml_bytes = 1 << 20;
inline constexpr std::size_t k_longest_yaml_key = 100;

// A value in a YAML text. Owned by its document. An alias is the very node that it names.
struct YamlNode {
  enum class Kind { null, scalar, list, map };

  struct Entry {
    const YamlNode* key; // always a scalar
    const YamlNode* value;
  };

  Kind kind = Kind::null;
  std::string text;                   // of a scalar
  std::vector<const YamlNode*> items; // of a list
  std::vector<Entry> entries;         // of a map, in their order; no key twice
  int line = 1;                       // from 1
  int column = 1;                     // in bytes, from 1
};

// One YAML document. Its memory is wiped when it goes, since there may be keys in it.
class YamlDocument
{
public:
  // Failures are of class settings, "FILE:LINE:COLUMN: what", and quote nothing of the text. Beyond
  // what YAML itself forbids: a key twice in one map, several documents, tags of one's own, more
  // than the limits above allow, control characters, and text that is not UTF-8. Nothing at all is
  // a null. Differs from YAML in one point: a bare `~` is text, for it can only mean the home
  // folder here.
  static Result<YamlDocument> parse(std::string_view text, std::string_view file);

  // A document that is this text and nothing else, whatever it looks like.
  static YamlDocument of_text(std::string_view text);

  YamlDocument(YamlDocument&&) = default;
  YamlDocument& operator=(YamlDocument&&) = delete;
  ~YamlDocument();

  const YamlNode& root() const { return *m_root; }

private:
  YamlDocument() = default;

  std::deque<YamlNode> m_nodes; // keeps its elements where they are
  const YamlNode* m_root = nullptr;
};

} // namespace limn
