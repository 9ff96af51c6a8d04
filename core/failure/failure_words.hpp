#pragma once

#include "base/failure.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A word or a code that tells a failure class. Data, so that a gateway nobody has met yet needs a
// line and not a release.
struct FailureWord {
  enum class Where { code, type, message };

  Where where = Where::message;
  // Codes and types: equal; messages: contained, where `*` stands for anything in between. Without
  // regard to ASCII case.
  std::string text;
  FailureClass failure_class = FailureClass::internal;
  int http_status = 0; // only with this status; 0: with any
};

// Whether a message contains `words` in the sense of FailureWord::text: what stands between its
// stars, in that order. False if that is nothing at all.
bool contains_words(std::string_view message, std::string_view words);

// The same of what is in lower case already: a message is looked through for a thousand words.
bool contains_lower_words(std::string_view message, std::string_view words);

// In order: the first that fits decides among those of the same `where`.
using FailureWords = std::vector<FailureWord>;

// A built-in one, in the program's read-only memory, in lower case.
struct BuiltInFailureWord {
  // What it says of the image: that there is none, or nothing, so that it counts only at once.
  enum class Drawing : std::uint8_t { ruled_out, open };

  FailureWord::Where where;
  std::string_view text;
  FailureClass failure_class;
  std::int16_t http_status = 0;
  Drawing drawing = Drawing::ruled_out;
};

// All of them, each with its public source in a comment. Among words of messages the order decides:
// connections and answers that were lost, accounts, models, parameters and sizes, the rest. Words
// of moderation are not among them: failure/moderation_words.hpp.
std::array<std::span<const BuiltInFailureWord>, 8> built_in_failure_words();

} // namespace limn
