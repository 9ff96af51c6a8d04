#include "base/json.hpp"

#include "base/utf8.hpp"

#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <utility>

namespace limn {

namespace {

// Gateways send blank lines to keep a connection open, and some put a byte-order mark before or
// behind them.
std::string_view without_blanks_in_front(std::string_view text)
{
  for (;;) {
    const auto start = text.find_first_not_of(" \t\r\n");
    text.remove_prefix(start == std::string_view::npos ? text.size() : start);
    if (!text.starts_with(k_byte_order_mark)) {
      return text;
    }
    text.remove_prefix(k_byte_order_mark.size());
  }
}

// RapidJSON takes a NUL for the end, whatever stands behind it. Only more of them may.
std::string_view without_nuls_behind(std::string_view text)
{
  const auto last = text.find_last_not_of(std::string_view("\0 \t\r\n", 5));
  const auto end = text.find('\0', last == std::string_view::npos ? 0 : last + 1);
  return text.substr(0, end);
}

// The parser descends once a level, so the levels are counted before it starts. Returns the offset
// where there are too many, or npos.
std::size_t find_excess_depth(std::string_view text, int max_depth)
{
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_depth) {
        return i;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::string_view::npos;
}

// The value of a `\uXXXX` escape at `offset`, or -1 if none stands there.
int unicode_escape_at(std::string_view text, std::size_t offset)
{
  if (offset + 6 > text.size() || text[offset] != '\\' || text[offset + 1] != 'u') {
    return -1;
  }
  int value = 0;
  for (const char c : text.substr(offset + 2, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

constexpr bool is_high_surrogate(int value)
{
  return value >= 0xD800 && value <= 0xDBFF;
}
constexpr bool is_low_surrogate(int value)
{
  return value >= 0xDC00 && value <= 0xDFFF;
}

// A gateway that cuts a text in the middle of an emoji sends half of a surrogate pair. A paid
// answer must not be lost for that, so the half becomes U+FFFD.
std::string with_whole_surrogates(std::string_view text)
{
  std::string repaired(text);
  for (std::size_t i = 0; i < repaired.size(); ++i) {
    if (repaired[i] != '\\') {
      continue;
    }
    const int value = unicode_escape_at(repaired, i);
    if (is_high_surrogate(value) && is_low_surrogate(unicode_escape_at(repaired, i + 6))) {
      i += 11;
    } else if (is_high_surrogate(value) || is_low_surrogate(value)) {
      repaired.replace(i, 6, "\\ufffd");
      i += 5;
    } else {
      ++i; // whatever follows a backslash belongs to it
    }
  }
  return repaired;
}

// RapidJSON takes the latter half of a pair for a character, and makes bytes of it that are no
// UTF-8.
bool has_surrogate(std::string_view text)
{
  for (auto at = text.find("\\u"); at != std::string_view::npos; at = text.find("\\u", at + 2)) {
    const int value = unicode_escape_at(text, at);
    if (is_high_surrogate(value) || is_low_surrogate(value)) {
      return true;
    }
  }
  return false;
}

rapidjson::ParseErrorCode fault_in(std::string_view json)
{
  rapidjson::MemoryStream bytes(json.data(), json.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::BaseReaderHandler<> ignored;
  rapidjson::Reader reader;
  return reader.Parse<rapidjson::kParseIterativeFlag>(stream, ignored).Code();
}

// As editors and `head -c` count.
std::string place(std::size_t offset)
{
  return " (byte " + std::to_string(offset + 1) + ")";
}

} // namespace

bool is_deeper_than(int max_depth, std::string_view text)
{
  const auto json = without_blanks_in_front(text);
  return !json.empty() && (json.front() == '[' || json.front() == '{')
         && find_excess_depth(json, max_depth) != std::string_view::npos;
}

std::optional<std::string_view> as_json(std::string_view text, std::string& repaired)
{
  const auto json = without_nuls_behind(without_blanks_in_front(text));
  if (json.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto fault = fault_in(json);
  if (fault == rapidjson::kParseErrorStringUnicodeSurrogateInvalid) {
    repaired = with_whole_surrogates(json);
    return fault_in(repaired) == rapidjson::kParseErrorNone
             ? std::optional<std::string_view>(repaired)
             : std::nullopt;
  }
  return fault == rapidjson::kParseErrorNone ? std::optional(json) : std::nullopt;
}

Result<rapidjson::Document> parse_json(std::string_view text, int max_depth)
{
  const auto json = without_nuls_behind(without_blanks_in_front(text));
  const auto skipped = text.size() - without_blanks_in_front(text).size();
  if (const auto nul = json.find('\0'); nul != std::string_view::npos) {
    return fail(FailureClass::invalid_request,
                "no valid JSON: a NUL character" + place(skipped + nul));
  }
  if (const auto offset = find_excess_depth(json, max_depth); offset != std::string_view::npos) {
    return fail(FailureClass::invalid_request, "JSON with more than " + std::to_string(max_depth)
                                                 + " levels" + place(skipped + offset));
  }

  // The encoding is not validated: gateways send bad UTF-8, and terminal_safe makes text harmless
  // where it is shown.
  rapidjson::Document document;
  if (has_surrogate(json)) {
    const auto repaired = with_whole_surrogates(json);
    document.Parse(repaired.data(), repaired.size());
  } else {
    document.Parse(json.data(), json.size());
  }
  if (document.HasParseError()) {
    std::string reason = rapidjson::GetParseError_En(document.GetParseError());
    if (reason.ends_with('.')) {
      reason.pop_back();
    }
    return fail(FailureClass::invalid_request,
                "no valid JSON: " + reason + place(skipped + document.GetErrorOffset()));
  }
  return document;
}

const rapidjson::Value* member(const rapidjson::Value& value, std::string_view name)
{
  if (!value.IsObject()) {
    return nullptr;
  }
  for (const auto& entry : value.GetObject()) {
    if (string_or_empty(&entry.name) == name) {
      return &entry.value;
    }
  }
  return nullptr;
}

std::string_view string_or_empty(const rapidjson::Value* value)
{
  if (value == nullptr || !value->IsString()) {
    return {};
  }
  return {value->GetString(), value->GetStringLength()};
}

} // namespace limn
