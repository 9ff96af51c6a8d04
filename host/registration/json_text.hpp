#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A value in a text of JSON, JSONC or JSON5 (https://spec.json5.org), with its place: the hosts
// write all three. What is read here is what JSON5 takes, but for names without quotes that are
// not of plain letters, and for comments whose lines end as JSON5 alone has it.
struct JsonNode {
  enum class Kind { object, array, string, word }; // word: numbers, true, false, null

  struct Member;

  Kind kind = Kind::word;
  std::string text;            // of a string without its escapes, of a word
  std::vector<JsonNode> items; // of an array
  std::vector<Member> members; // of an object, in their order
  std::size_t begin = 0;       // its first byte
  std::size_t end = 0;         // behind its last one

  // The last of that name, as all readers have it, or null.
  const JsonNode* find(std::string_view name) const;
};

struct JsonNode::Member {
  std::string name;
  std::size_t begin = 0; // of the name, its quote included
  JsonNode value;
  std::size_t comma = 0; // where one follows; 0: none does
};

// The one value of `text`, behind a byte-order mark if there is one. Failures are of class
// settings, "line 3, column 5: what", and quote nothing.
Result<JsonNode> read_json_text(std::string_view text);

// What a host reads of it: no more than JSON, comments and commas at ends as well, or JSON5.
enum class JsonDialect { strict, with_comments, json5 };

// Whether `text`, which `read_json_text` takes, is one of that dialect. A failure is as its are.
Done check_json_text(std::string_view text, JsonDialect dialect);

// As both have it: where in `text`, and what.
tl::unexpected<Failure> json_failure(std::string_view text, std::size_t at, std::string_view what);

// Whether both say the same, wherever they stand.
bool is_same(const JsonNode& a, const JsonNode& b);

// From `from` on, behind blanks, ends of lines and comments; the end of the text at the most.
std::size_t behind_blanks(std::string_view text, std::size_t from);

} // namespace limn
