#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "registration/entry.hpp"
#include "registration/json_text.hpp"
#include "registration/toml_check.hpp"
#include "registration/toml_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace limn {

namespace {

bool begins_with(const TomlPath& path, const TomlPath& beginning)
{
  return path.size() >= beginning.size()
         && std::equal(beginning.begin(), beginning.end(), path.begin());
}

tl::unexpected<Failure> other_toml_shape(const TomlPath& place)
{
  return fail(FailureClass::settings,
              fmt::format("{} is written there in another way than as a table [{}]",
                          fmt::join(place, "."), fmt::join(place, ".")));
}

// The entry is a table of its own, or it is not limn's to change: what is written as an inline
// table, or with dots, could not get a table beside it.
Done check_toml_shape(const std::vector<TomlTable>& tables, const TomlPath& place)
{
  for (const auto& table : tables) {
    if (table.is_list_item && begins_with(place, table.name)) {
      return other_toml_shape(place);
    }
    for (const auto& pair : table.pairs) {
      auto whole = table.name;
      whole.insert(whole.end(), pair.key.begin(), pair.key.end());
      // Above the place it could only be a value, or a way with dots; at the place only a value.
      const bool is_way = table.name.size() < place.size()
                          && (begins_with(place, whole) || begins_with(whole, place)
                              || (whole.front() == place.front() && table.name.empty()));
      if (is_way) {
        return other_toml_shape(place);
      }
    }
  }
  return {};
}

bool says_the_same(std::string_view text, const TomlPair& pair, const EntryMember& member)
{
  const auto value = text.substr(pair.value_begin, pair.value_end - pair.value_begin);
  if (value == member.value) {
    return true;
  }
  if (value.find('\\') != std::string_view::npos) {
    return false; // it says something else in single quotes than in double ones
  }
  // The rest of strings, lists of strings and numbers read as JSON5 has it; what does not is
  // written anew.
  const auto there = read_json_text(value);
  const auto wanted = read_json_text(member.value);
  return there && wanted && is_same(*there, *wanted);
}

const TomlPair* pair_of(const TomlTable& table, const std::string& name)
{
  const auto found = std::find_if(table.pairs.begin(), table.pairs.end(), [&](const TomlPair& one) {
    return one.key.size() == 1 && one.key.front() == name;
  });
  return found == table.pairs.end() ? nullptr : &*found;
}

std::string toml_line(const EntryMember& member)
{
  return fmt::format("{} = {}\n", member.name, member.value);
}

std::string toml_table_text(const Entry& entry)
{
  std::string text = fmt::format("[{}]\n", fmt::join(entry.place, "."));
  for (const auto& member : entry.members) {
    text += toml_line(member);
  }
  return text;
}

Edit appended_table(std::string_view text, const Entry& entry)
{
  const bool is_new = trimmed(text).empty() || text == k_byte_order_mark;
  const auto line_end = line_end_of(text);
  std::string before(text);
  if (!before.empty() && !is_new && !before.ends_with('\n')) {
    before += line_end;
  }
  if (!is_new && !before.ends_with(std::string(line_end) + std::string(line_end))) {
    before += line_end;
  }
  return {Presence::absent, before + with_line_ends(toml_table_text(entry), line_end)};
}

Done check_is_limns_toml(std::string_view text, const TomlTable& table, const Entry& entry)
{
  for (const auto& pair : table.pairs) {
    if (is_remote(pair.key.front())) {
      return is_elsewhere(entry);
    }
  }
  const auto* pair = pair_of(table, command_member(entry).name);
  if (pair == nullptr) {
    return Done();
  }
  const auto value = text.substr(pair->value_begin, pair->value_end - pair->value_begin);
  const auto command = read_json_text(value);
  const bool is_its = command && command->kind == JsonNode::Kind::string
                      && value.find('\\') == std::string_view::npos && is_limn(command->text);
  return is_its ? Done() : not_limns(entry);
}

// By dots, or by a header of its own.
bool is_table_of_its_own(const std::vector<TomlTable>& tables, const TomlPath& place,
                         const std::string& name)
{
  auto whole = place;
  whole.push_back(name);
  return std::ranges::any_of(tables, [&](const TomlTable& table) {
    return begins_with(table.name, whole)
           || (table.name == place && std::ranges::any_of(table.pairs, [&](const TomlPair& pair) {
                 return pair.key.size() > 1 && pair.key.front() == name;
               }));
  });
}

Result<Edit> changed_table(std::string_view text, const std::vector<TomlTable>& tables,
                           const TomlTable& table, const Entry& entry)
{
  LIMN_TRY(check_is_limns_toml(text, table, entry));
  std::vector<Replacement> replacements;
  std::string added;
  for (const auto& member : entry.members) {
    if (is_table_of_its_own(tables, entry.place, member.name)) {
      return fail(FailureClass::settings, fmt::format("{}.{} is there, and is a table",
                                                      fmt::join(entry.place, "."), member.name));
    }
    const auto* pair = pair_of(table, member.name);
    if (pair == nullptr) {
      added += toml_line(member);
    } else if (member.owner == Owner::ours && !says_the_same(text, *pair, member)) {
      const auto value = text.substr(pair->value_begin, pair->value_end - pair->value_begin);
      if (value.find('\n') != std::string_view::npos && value.find('#') != std::string_view::npos) {
        return has_comments(entry, member.name);
      }
      replacements.push_back({pair->value_begin, pair->value_end, member.value});
    }
  }
  const auto line_end = line_end_of(text);
  const auto end = table.pairs.empty() ? table.line_end : table.pairs.back().line_end;
  if (!added.empty()) {
    const bool is_cut = end == text.size() && !text.ends_with('\n');
    replacements.push_back(
      {end, end, (is_cut ? std::string(line_end) : "") + with_line_ends(added, line_end)});
  }
  const auto was = replacements.empty() ? Presence::same : Presence::other;
  return Edit{was, with_replacements(text, std::move(replacements))};
}

// Its lines; what stands between them, comments, stays. Of the empty lines around it one goes.
void without_table(std::string_view text, const TomlTable& table,
                   std::vector<Replacement>& replacements)
{
  const std::string line_end(line_end_of(text));
  const auto end = table.pairs.empty() ? table.line_end : table.pairs.back().line_end;
  const bool is_behind_empty = text.substr(0, table.begin).ends_with(line_end + line_end);
  const bool is_before_empty = end == text.size() || text.substr(end).starts_with(line_end);
  const auto begin = table.begin - (is_behind_empty && is_before_empty ? line_end.size() : 0);
  replacements.push_back({begin, table.line_end, ""});
  for (const auto& pair : table.pairs) {
    replacements.push_back({pair.begin, pair.line_end, ""});
  }
}

// The texts of all pairs but those of the entry, under the names of their tables.
std::vector<std::string> others_in(std::string_view text, const std::vector<TomlTable>& tables,
                                   const TomlPath& place)
{
  std::vector<std::string> others;
  for (const auto& table : tables) {
    if (begins_with(table.name, place)) {
      continue;
    }
    others.push_back(fmt::format("{}", fmt::join(table.name, "\n")));
    for (const auto& pair : table.pairs) {
      others.emplace_back(text.substr(pair.begin, pair.value_end - pair.begin));
    }
  }
  return others;
}

Done check_toml(std::string_view before, const std::vector<TomlTable>& tables, std::string_view now,
                const TomlPath& place)
{
  const auto again = read_toml_text(now);
  if (!again || !check_toml_text(now)
      || others_in(before, tables, place) != others_in(now, *again, place)) {
    return fail(FailureClass::settings,
                "it could not be changed there without a change to the rest");
  }
  return {};
}

} // namespace

Result<Edit> put_toml(std::string_view text, const Entry& entry)
{
  LIMN_TRY_ASSIGN(const auto tables, read_toml_text(text));
  LIMN_TRY(check_toml_text(text));
  LIMN_TRY(check_toml_shape(tables, entry.place));
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const auto& one) { return one.name == entry.place; });
  Edit edit;
  if (found == tables.end()) {
    edit = appended_table(text, entry);
  } else {
    LIMN_TRY_ASSIGN(edit, changed_table(text, tables, *found, entry));
  }
  LIMN_TRY(check_toml(text, tables, edit.text, entry.place));
  return edit;
}

Result<Edit> cut_toml(std::string_view text, const Entry& entry)
{
  LIMN_TRY_ASSIGN(const auto tables, read_toml_text(text));
  LIMN_TRY(check_toml_text(text));
  LIMN_TRY(check_toml_shape(tables, entry.place));
  Edit edit;
  std::vector<Replacement> replacements;
  for (const auto& table : tables) {
    if (begins_with(table.name, entry.place)) { // its own, and those below it
      if (table.name == entry.place) {
        LIMN_TRY(check_is_limns_toml(text, table, entry));
      }
      without_table(text, table, replacements);
      edit.was = Presence::other;
    }
  }
  edit.text = with_replacements(text, std::move(replacements));
  LIMN_TRY(check_toml(text, tables, edit.text, entry.place));
  return edit;
}

} // namespace limn
