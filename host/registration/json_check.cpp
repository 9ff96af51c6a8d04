#include "base/utf8.hpp"
#include "registration/json_text.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string>

namespace limn {

namespace {

// Halves of surrogate pairs stand in texts that were cut, and are JSON; RapidJSON takes no such.
// The same text with other escapes in their places.
std::string without_surrogates(std::string_view text)
{
  constexpr std::string_view k_high = "89abcdefABCDEF";
  std::string result(text);
  for (auto at = result.find('\\'); at < result.size(); at = result.find('\\', at + 2)) {
    const auto escape = text.substr(at, 4);
    if (escape.size() == 4 && escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D')
        && k_high.find(escape[3]) != std::string_view::npos) {
      result[at + 2] = result[at + 3] = '0';
    }
  }
  return result;
}

} // namespace

Done check_json_text(std::string_view text, JsonDialect dialect)
{
  if (dialect == JsonDialect::json5) {
    return {};
  }
  const auto mark = text.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0;
  const auto content = without_surrogates(text.substr(mark));
  if (const auto nul = content.find('\0'); nul != std::string_view::npos) {
    return json_failure(text, mark + nul, "a NUL character");
  }
  // No recursion, and no number is too large.
  constexpr unsigned k_strict = rapidjson::kParseIterativeFlag
                                | rapidjson::kParseValidateEncodingFlag
                                | rapidjson::kParseNumbersAsStringsFlag;
  constexpr unsigned k_with_comments =
    k_strict | rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag;
  rapidjson::MemoryStream bytes(content.data(), content.size());
  rapidjson::BaseReaderHandler<> nothing;
  rapidjson::Reader reader;
  const auto done = dialect == JsonDialect::strict ? reader.Parse<k_strict>(bytes, nothing)
                                                   : reader.Parse<k_with_comments>(bytes, nothing);
  if (done.IsError()) {
    return json_failure(text, mark + done.Offset(),
                        dialect == JsonDialect::strict
                          ? "no JSON, which here has no comments and no comma at the end of a list"
                          : "no JSON with comments");
  }
  return {};
}

} // namespace limn
