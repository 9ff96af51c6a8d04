#pragma once

#include "base/key_lookalikes.hpp"
#include "base/secret.hpp"
#include "base/spelling_view.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Finds runs of known keys in a text in one pass, however many keys there are: as they are, as hex,
// as base64 wherever they stand in what was encoded, and as base64 of that.
class KeyIndex
{
public:
  // Any run of eight characters tells too much of a key; of what merely stands beside keys, only
  // the whole does.
  enum class Part { run, whole };

  void add(std::string_view key, Part part);

  bool empty() const { return m_patterns.empty(); }

  // A word that everybody may read: a run that is part of it is none of a key.
  void add_public(std::string_view word);

  // Adds to `found` where runs of keys stand in the text of which this is a view; or, of keys
  // only, where they stand in full.
  void find(const SpellingView& view, Part part, std::vector<TextRange>& found) const;

private:
  enum class Kind { plain, hex, base64 };
  struct Pattern {
    Secret text;
    Kind kind = Kind::plain;
    std::size_t shortest = 0; // a run of this length tells eight characters of the key
    Part part = Part::run;
  };
  struct Gram { // eight characters of a pattern
    std::uint32_t hash = 0;
    std::uint32_t pattern = 0;
    std::uint32_t at = 0;
  };
  struct Run {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  void add_spellings(std::string_view key, Part part);
  void add_pattern(std::string_view text, Kind kind, std::size_t shortest, Part part);
  bool counts(const Pattern& pattern, std::string_view run, Part part) const;
  Run run_at(std::string_view text, std::size_t at, const Gram& gram) const;

  std::vector<Pattern> m_patterns;
  std::vector<Gram> m_grams;           // sorted by hash
  std::vector<std::uint64_t> m_filter; // one bit for each hash that may be there
  std::vector<std::string> m_public;
};

} // namespace limn
