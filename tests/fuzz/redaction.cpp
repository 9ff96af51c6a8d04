// No known key survives, in any spelling that redaction promises, and what is shown can be shown.
// Input: a key on the first line, then text in which {key}, {percent}, {PERCENT}, {json}, {base64}
// stand for its spellings.
#include "base/redaction.hpp"

#include "base/base64.hpp"
#include "base/terminal_text.hpp"
#include "oracle.hpp"

#include <algorithm>
#include <cctype>

using namespace limn;

namespace {

constexpr std::size_t k_shortest_key = 12;
constexpr std::size_t k_longest_key = 200;

// Of the characters that a header can carry. Without brackets: what redaction puts in would else be
// the end of a key that it never saw.
std::string key_of(std::string_view line)
{
  std::string key;
  for (const char c : line.substr(0, k_longest_key)) {
    if (c > ' ' && c <= '~' && c != '[' && c != ']') {
      key += c;
    }
  }
  return key;
}

std::string percent_encoded(std::string_view key, std::string_view digits)
{
  std::string encoded;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-_.~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', digits[byte / 16], digits[byte % 16]};
    }
  }
  return encoded;
}

std::string json_escaped(std::string_view key, std::string_view escaped_characters)
{
  std::string escaped;
  for (const char c : key) {
    escaped += escaped_characters.find(c) == std::string_view::npos ? "" : "\\";
    escaped += c;
  }
  return escaped;
}

struct Spelling {
  std::string_view placeholder;
  std::string text;
};

std::vector<Spelling> spellings_of(const std::string& key)
{
  return {{"{key}", key},
          {"{percent}", percent_encoded(key, "0123456789abcdef")},
          {"{PERCENT}", percent_encoded(key, "0123456789ABCDEF")},
          {"{json}", json_escaped(key, "\"\\")},
          {"{JSON}", json_escaped(key, "\"\\/")},
          {"{base64}", base64_encode(std::as_bytes(std::span(key)))}};
}

void replace_all(std::string& text, std::string_view what, const std::string& with)
{
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

void check_terminal_text(std::string_view text)
{
  const auto safe = terminal_safe(text);
  LIMN_EXPECT(fuzz::is_safe_to_show(safe));
  LIMN_EXPECT(terminal_safe(safe) == safe);
  for (const auto hidden :
       {"\u200b", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff"}) {
    LIMN_EXPECT(safe.find(hidden) == std::string::npos);
  }
  for (const std::size_t most : {0, 2, 3, 10, 100}) {
    const auto cut = shortened(safe, most);
    LIMN_EXPECT(cut.size() <= most);
    LIMN_EXPECT(fuzz::is_safe_to_show(cut));
  }
  auto lines = terminal_safe(text, LineBreaks::keep);
  std::ranges::replace(lines, '\n', ' ');
  LIMN_EXPECT(lines == safe);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  auto input = fuzz::text_of(bytes, size);
  const auto key = key_of(fuzz::take_line(input));
  check_terminal_text(input);
  if (key.size() < k_shortest_key) {
    return 0;
  }
  std::string text(input);
  const auto spellings = spellings_of(key);
  for (const auto& [placeholder, spelling] : spellings) {
    replace_all(text, placeholder, spelling);
  }
  Redactor redactor;
  redactor.add(Secret("another-key-of-this-run"));
  redactor.add(Secret(key));
  // As the terminal does it: an escape sequence in the middle of a key hides nothing.
  for (const auto& shown : {redactor.redact(text), redactor.redact(terminal_safe(text))}) {
    for (const auto& [placeholder, spelling] : spellings) {
      auto bare = spelling;
      while (bare.ends_with('=') && placeholder == "{base64}") {
        bare.pop_back();
      }
      LIMN_EXPECT(shown.find(bare) == std::string::npos);
    }
  }
  LIMN_EXPECT(fuzz::is_safe_to_show(redactor.redact(terminal_safe(text))));
  return 0;
}
