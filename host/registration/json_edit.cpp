#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "registration/entry.hpp"
#include "registration/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>

namespace limn {

namespace {

using Place = std::span<const std::string>;

tl::unexpected<Failure> other_shape(Place place, std::string_view what)
{
  return fail(FailureClass::settings, fmt::format("{} {}", fmt::join(place, "."), what));
}

// How lines of this text are indented, and end.
struct JsonStyle {
  std::string unit = "  ";
  std::string_view line_end = "\n";
};

// The blanks before what stands at `at`, if nothing else is before it on its line.
std::optional<std::string_view> indent_of(std::string_view text, std::size_t at)
{
  const auto line = text.rfind('\n', at == 0 ? 0 : at - 1) + 1;
  const auto before = text.substr(line, at - line);
  return line == 0 || before.find_first_not_of(" \t") != std::string_view::npos
           ? std::nullopt
           : std::optional(before);
}

JsonStyle style_of(std::string_view text, const JsonNode& root)
{
  JsonStyle style;
  style.line_end = line_end_of(text);
  if (!root.members.empty()) {
    const auto indent = indent_of(text, root.members.front().begin);
    style.unit = indent && !indent->empty() ? std::string(*indent) : style.unit;
  }
  return style;
}

// A member as it is written at that indentation, its first line without it: a value that is one
// line, or an object around it for each further name of `place`.
std::string member_text(Place place, const std::string& value, const std::string& indent,
                        const JsonStyle& style)
{
  if (place.size() == 1) {
    return json_string(place.front()) + ": " + value;
  }
  const auto inner = indent + style.unit;
  return fmt::format("{}: {{{}{}{}{}{}}}", json_string(place.front()), style.line_end, inner,
                     member_text(place.subspan(1), value, inner, style), style.line_end, indent);
}

std::string object_text(const std::vector<EntryMember>& members, const std::string& indent,
                        const JsonStyle& style)
{
  std::string text = "{";
  for (const auto& member : members) {
    text += fmt::format("{}{}{}{}: {}", text.size() == 1 ? "" : ",", style.line_end,
                        indent + style.unit, json_string(member.name), member.value);
  }
  return text + std::string(style.line_end) + indent + "}";
}

// Where a member goes behind `last`: at the end of its line, if nothing but a comment follows
// there.
std::size_t end_of_line_behind(std::string_view text, std::size_t from)
{
  auto at = from;
  for (;;) {
    at = std::min(text.find_first_not_of(" \t", at), text.size());
    const auto rest = text.substr(at);
    if (rest.starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
      return text[at - 1] == '\r' ? at - 1 : at;
    }
    if (!rest.starts_with("/*")) {
      return at == text.size() || text[at] == '\n' || text[at] == '\r' ? at : from;
    }
    const auto end = text.find("*/", at) + 2;
    if (text.substr(at, end - at).find('\n') != std::string_view::npos) {
      return from;
    }
    at = end;
  }
}

using Written = std::function<std::string(const std::string& indent)>;

// Several members, of each of which `written` makes the text for an indentation.
std::string joined(const std::vector<Written>& members, const std::string& indent,
                   std::string_view between)
{
  std::string text;
  for (const auto& written : members) {
    text += (text.empty() ? "" : "," + std::string(between)) + written(indent);
  }
  return text;
}

// The blanks that the line begins with in which `at` is.
std::string indent_of_line(std::string_view text, std::size_t at)
{
  const auto line = text.rfind('\n', at) + 1;
  const auto blanks = std::min(text.find_first_not_of(" \t", line), at);
  return std::string(text.substr(line, blanks - line));
}

// What has to be put in for `object` to get members.
void add_members(std::string_view text, const JsonNode& object, const JsonStyle& style,
                 const std::vector<Written>& members, std::vector<Replacement>& replacements)
{
  const std::string line_end(style.line_end);
  if (object.members.empty()) {
    const auto outer = indent_of_line(text, object.begin);
    const auto inner = outer + style.unit;
    const auto added = line_end + inner + joined(members, inner, line_end + inner);
    const auto inside = text.substr(object.begin + 1, object.end - object.begin - 2);
    // What else stands within is comments, which stay behind the new member.
    const bool is_blank = trimmed(inside).empty();
    replacements.push_back({object.begin + 1, is_blank ? object.end - 1 : object.begin + 1,
                            is_blank ? added + line_end + outer : added});
    return;
  }
  const auto& last = object.members.back();
  const bool has_comma = last.comma != 0;
  const auto behind = has_comma ? last.comma + 1 : last.value.end;
  const auto indent = indent_of(text, last.begin);
  if (!indent) { // all on one line
    replacements.push_back(
      {behind, behind,
       (has_comma ? " " : ", ") + joined(members, indent_of_line(text, object.begin), " ")});
    return;
  }
  if (!has_comma) {
    replacements.push_back({behind, behind, ","});
  }
  const std::string inner(*indent);
  const auto at = end_of_line_behind(text, behind);
  replacements.push_back(
    {at, at, line_end + inner + joined(members, inner, line_end + inner) + (has_comma ? "," : "")});
}

// The object that the first names of `place` lead to, as far as they are there.
struct Way {
  const JsonNode* node;
  std::size_t known; // so many names of the place
};

Result<Way> way_to(const JsonNode& root, Place place)
{
  Way way{&root, 0};
  if (root.kind != JsonNode::Kind::object) {
    return fail(FailureClass::settings, "it holds no object");
  }
  for (; way.known < place.size(); ++way.known) {
    const auto count =
      std::count_if(way.node->members.begin(), way.node->members.end(),
                    [&](const JsonNode::Member& one) { return one.name == place[way.known]; });
    const auto so_far = place.first(way.known + 1);
    if (count > 1) {
      return other_shape(so_far, "stands there more than once");
    }
    const auto* next = way.node->find(place[way.known]);
    if (next == nullptr) {
      break;
    }
    if (next->kind != JsonNode::Kind::object) {
      return other_shape(so_far, "is there, and is no object");
    }
    way.node = next;
  }
  return way;
}

// Whether `a` and `b` are the same but for what stands at `place`; a way there that only one of
// them has is empty but for it.
bool is_same_but(const JsonNode& a, const JsonNode& b, Place place)
{
  const JsonNode none{JsonNode::Kind::object, {}, {}, {}, 0, 0};
  const auto others = [&place](const JsonNode& node) {
    JsonNode rest = node;
    std::erase_if(rest.members, [&](const auto& one) { return one.name == place.front(); });
    return rest;
  };
  if (!is_same(others(a), others(b))) {
    return false;
  }
  const auto* in_a = a.find(place.front());
  const auto* in_b = b.find(place.front());
  return place.size() == 1
         || is_same_but(in_a != nullptr ? *in_a : none, in_b != nullptr ? *in_b : none,
                        place.subspan(1));
}

tl::unexpected<Failure> not_done()
{
  return fail(FailureClass::settings, "it could not be changed there without a change to the rest");
}

bool says(const JsonNode& entry, const EntryMember& member)
{
  const auto* there = entry.find(member.name);
  const auto wanted = read_json_text(member.value);
  return there != nullptr
         && (member.owner == Owner::theirs || (wanted && is_same(*there, *wanted)));
}

bool says_all(const JsonNode& entry, const std::vector<EntryMember>& members)
{
  return std::all_of(members.begin(), members.end(),
                     [&entry](const EntryMember& one) { return says(entry, one); });
}

std::string new_json(const Entry& entry, std::string_view before)
{
  const JsonStyle style{"  ", line_end_of(before)};
  std::string deepest;
  for (std::size_t i = 0; i < entry.place.size(); ++i) {
    deepest += style.unit;
  }
  return fmt::format(
    "{}{{{}{}{}{}}}{}", before.starts_with(k_byte_order_mark) ? k_byte_order_mark : "",
    style.line_end, style.unit,
    member_text(entry.place, object_text(entry.members, deepest, style), style.unit, style),
    style.line_end, style.line_end);
}

Done check_is_limns(const JsonNode& object, const Entry& entry)
{
  if (object.kind != JsonNode::Kind::object) {
    return not_limns(entry);
  }
  for (const auto& member : object.members) {
    if (is_remote(member.name)) {
      return is_elsewhere(entry);
    }
  }
  const auto* command = object.find(command_member(entry).name);
  if (command != nullptr && command->kind == JsonNode::Kind::array && !command->items.empty()) {
    command = &command->items.front();
  }
  const bool is_its =
    command == nullptr || (command->kind == JsonNode::Kind::string && is_limn(command->text));
  return is_its ? Done() : not_limns(entry);
}

// Within a value, as far as what limn writes goes: a string, or a list of such.
bool has_comment(std::string_view text, const JsonNode& value)
{
  if (value.kind == JsonNode::Kind::object) {
    return true; // nobody looks into that
  }
  auto at = value.begin;
  for (const auto& item : value.items) {
    if (text.substr(at, item.begin - at).find('/') != std::string_view::npos || !item.items.empty()
        || !item.members.empty()) {
      return true;
    }
    at = item.end;
  }
  return value.kind == JsonNode::Kind::array
         && text.substr(at, value.end - at).find('/') != std::string_view::npos;
}

// What is ours and reads otherwise is put right, and what is absent added.
Done change_members(std::string_view text, const JsonNode& object, const Entry& entry,
                    const JsonStyle& style, std::vector<Replacement>& replacements)
{
  LIMN_TRY(check_is_limns(object, entry));
  std::vector<Written> absent;
  for (const auto& member : entry.members) {
    const auto* there = object.find(member.name);
    if (there == nullptr) {
      absent.emplace_back([&member](const std::string&) {
        return fmt::format("{}: {}", json_string(member.name), member.value);
      });
    } else if (!says(object, member)) {
      if (has_comment(text, *there)) {
        return has_comments(entry, member.name);
      }
      replacements.push_back({there->begin, there->end, member.value});
    }
  }
  if (!absent.empty()) {
    add_members(text, object, style, absent, replacements);
  }
  return {};
}

// A member, the comma that it needed, and its lines where they hold nothing else.
std::vector<Replacement> without_member(std::string_view text, const JsonNode& object,
                                        std::size_t index)
{
  const auto& member = object.members[index];
  std::vector<Replacement> replacements;
  auto begin = member.begin;
  auto end = member.value.end;
  // A comment before its comma stays.
  const bool is_bare = member.comma != 0 && trimmed(text.substr(end, member.comma - end)).empty();
  if (is_bare) {
    end = member.comma + 1;
  } else if (member.comma != 0) {
    replacements.push_back({member.comma, member.comma + 1, ""});
  }
  if (member.comma == 0 && index > 0) {
    const auto comma = object.members[index - 1].comma;
    replacements.push_back({comma, comma + 1, ""});
  }
  const auto indent = indent_of(text, begin);
  const auto line_end = std::min(text.find('\n', end), text.size() - 1) + 1;
  if (indent && trimmed(text.substr(end, line_end - end)).empty()) {
    begin -= indent->size();
    end = line_end;
  } else if (text.substr(end).starts_with(" ")) {
    ++end;
  }
  replacements.push_back({begin, end, ""});
  return replacements;
}

} // namespace

Result<Edit> put_json(std::string_view text, const Entry& entry)
{
  if (trimmed(without_mark(text)).empty()) {
    return Edit{Presence::absent, new_json(entry, text)};
  }
  LIMN_TRY_ASSIGN(const auto root, read_json_text(text));
  LIMN_TRY_ASSIGN(const auto way, way_to(root, entry.place));
  const auto style = style_of(text, root);
  std::vector<Replacement> replacements;
  Edit edit;
  if (way.known < entry.place.size()) {
    const auto rest = Place(entry.place).subspan(way.known);
    const auto written = [&](const std::string& indent) {
      auto deepest = indent;
      for (std::size_t i = 1; i < rest.size(); ++i) {
        deepest += style.unit;
      }
      return member_text(rest, object_text(entry.members, deepest, style), indent, style);
    };
    add_members(text, *way.node, style, {written}, replacements);
  } else if (says_all(*way.node, entry.members)) {
    return Edit{Presence::same, std::string(text)};
  } else {
    edit.was = Presence::other;
    LIMN_TRY(change_members(text, *way.node, entry, style, replacements));
  }
  edit.text = with_replacements(text, std::move(replacements));
  const auto now = read_json_text(edit.text);
  const auto there = now ? way_to(*now, entry.place) : Result<Way>(fail(now.error()));
  if (!there || there->known < entry.place.size() || !says_all(*there->node, entry.members)
      || !is_same_but(root, *now, entry.place)) {
    return not_done();
  }
  return edit;
}

Result<Edit> cut_json(std::string_view text, const Entry& entry)
{
  Edit edit{Presence::absent, std::string(text)};
  if (trimmed(without_mark(text)).empty()) {
    return edit;
  }
  LIMN_TRY_ASSIGN(const auto root, read_json_text(text));
  const auto above = Place(entry.place).first(entry.place.size() - 1);
  LIMN_TRY_ASSIGN(const auto way, way_to(root, above));
  const auto& members = way.node->members;
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const auto& one) { return one.name == entry.place.back(); });
  if (way.known < above.size() || found == members.end()) {
    return edit;
  }
  LIMN_TRY(check_is_limns(found->value, entry));
  edit.was = Presence::other;
  edit.text = with_replacements(
    text, without_member(text, *way.node, static_cast<std::size_t>(found - members.begin())));
  const auto now = read_json_text(edit.text);
  const auto left = now ? way_to(*now, above) : Result<Way>(fail(now.error()));
  if (!left || left->node->find(entry.place.back()) != nullptr
      || !is_same_but(root, *now, entry.place)) {
    return not_done();
  }
  return edit;
}

} // namespace limn
