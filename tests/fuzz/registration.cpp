// limn's entry goes into a text once, takes nothing of it away, and comes out again. Each text is
// tried as JSON, TOML and YAML.
#include "oracle.hpp"
#include "registration/entry.hpp"

#include <algorithm>

using namespace limn;

namespace {

struct Editor {
  Result<Edit> (*put)(std::string_view text, const Entry& entry);
  Result<Edit> (*cut)(std::string_view text, const Entry& entry);
  Entry entry;
};

std::vector<Editor> editors()
{
  const std::vector<EntryMember> members{
    {"command", "\"/usr/bin/limn\""}, {"args", "[\"mcp\"]"}, {"timeout", "600", Owner::theirs}};
  return {{put_json, cut_json, {{"mcp", "servers", "limn"}, members}},
          {put_toml, cut_toml, {{"mcp_servers", "limn"}, members}},
          {put_yaml, cut_yaml, {{"mcp_servers", "limn"}, members}}};
}

void check_no_entry_is(const Failure& failure)
{
  LIMN_EXPECT(failure.failure_class == FailureClass::settings);
  LIMN_EXPECT(fuzz::is_safe_to_show(failure.message));
}

// Blanks aside, which an empty object or a last line may lose or get. In YAML the sign of nothing
// behind a key goes, too.
bool is_all_there(std::string_view old, std::string_view now)
{
  std::size_t at = 0;
  for (const char c : old) {
    if (std::string_view(" \t\r\n\f\v").find(c) != std::string_view::npos) {
      continue;
    }
    at = now.find(c, at);
    if (at == std::string_view::npos) {
      return false;
    }
    ++at;
  }
  return true;
}

void check_editor(const Editor& editor, std::string_view text)
{
  const auto put = editor.put(text, editor.entry);
  if (!put) {
    check_no_entry_is(put.error());
    LIMN_EXPECT(editor.put(text, editor.entry).error().message == put.error().message);
    return;
  }
  LIMN_EXPECT(put->was != Presence::same || put->text == text);
  const bool may_lose = editor.put == put_yaml;
  LIMN_EXPECT(put->was != Presence::absent || may_lose || is_all_there(text, put->text));
  const auto again = editor.put(put->text, editor.entry);
  LIMN_EXPECT(again.has_value());
  LIMN_EXPECT(again->was == Presence::same && again->text == put->text);
  const auto cut = editor.cut(put->text, editor.entry);
  if (!cut) {
    check_no_entry_is(cut.error());
    return;
  }
  LIMN_EXPECT(cut->was == Presence::other);
  const auto gone = editor.cut(cut->text, editor.entry);
  LIMN_EXPECT(gone.has_value());
  LIMN_EXPECT(gone->was == Presence::absent && gone->text == cut->text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  static const auto all = editors();
  for (const auto& editor : all) {
    check_editor(editor, fuzz::text_of(bytes, size));
  }
  return 0;
}
