#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "registration/entry.hpp"
#include "registration/json_text.hpp"
#include "registration/yaml_lines.hpp"
#include "registration/yaml_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

namespace limn {

namespace {

using YamlPlace = std::span<const std::string>;

tl::unexpected<Failure> other_yaml_shape(YamlPlace place, std::string_view what)
{
  return fail(FailureClass::settings, fmt::format("{} {}", fmt::join(place, "."), what));
}

const YamlNode::Entry* find_entry(const YamlNode& map, std::string_view name)
{
  const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                  [name](const auto& one) { return one.key->text == name; });
  return found == map.entries.end() ? nullptr : &*found;
}

// Behind the last line of an entry's value, where the next line of its map, or of one around it,
// begins with `next`. Blank lines before that are not of it, nor are comments that do not stand
// deeper than its key.
int line_behind(YamlLines& lines, const YamlNode::Entry& entry, int next)
{
  int behind = next;
  while (behind - 1 > entry.key->line) {
    const auto& line = lines.line(behind - 1);
    const auto indent = line.find_first_not_of(' ');
    const bool is_of_it =
      !trimmed(line).empty() && indent >= static_cast<std::size_t>(entry.key->column);
    if (!is_comment_or_blank(line) || is_of_it) {
      break;
    }
    --behind;
  }
  return behind;
}

// The line of the next entry of its map, or where the map ends.
int line_of_next(const YamlNode& map, const YamlNode::Entry& entry, int end_of_map)
{
  const auto* next = &entry + 1;
  return next == map.entries.data() + map.entries.size() ? end_of_map : next->key->line;
}

// Lines of an entry, from `indent` on.
std::vector<std::string> yaml_lines(YamlPlace place, const std::vector<EntryMember>& members,
                                    const std::string& indent, std::string_view line_end)
{
  std::vector<std::string> lines;
  std::string deeper = indent;
  for (const auto& name : place) {
    lines.push_back(deeper + name + ":" + std::string(line_end));
    deeper += "  ";
  }
  for (const auto& member : members) {
    lines.push_back(fmt::format("{}{}: {}{}", deeper, member.name, member.value, line_end));
  }
  return lines;
}

// A value as limn writes it.
bool says_yaml(const YamlNode& there, const JsonNode& wanted)
{
  switch (wanted.kind) {
  case JsonNode::Kind::string:
  case JsonNode::Kind::word:
    return there.kind == YamlNode::Kind::scalar && there.text == wanted.text;
  case JsonNode::Kind::array:
    return there.kind == YamlNode::Kind::list
           && std::equal(there.items.begin(), there.items.end(), wanted.items.begin(),
                         wanted.items.end(),
                         [](const YamlNode* a, const JsonNode& b) { return says_yaml(*a, b); });
  case JsonNode::Kind::object:
    break;
  }
  return false;
}

bool says_yaml(const YamlNode& entry, const EntryMember& member)
{
  const auto* there = find_entry(entry, member.name);
  const auto wanted = read_json_text(member.value);
  return there != nullptr && wanted
         && (member.owner == Owner::theirs || says_yaml(*there->value, *wanted));
}

bool says_all_yaml(const YamlNode& entry, const std::vector<EntryMember>& members)
{
  return entry.kind == YamlNode::Kind::map
         && std::all_of(members.begin(), members.end(),
                        [&](const auto& one) { return says_yaml(entry, one); });
}

bool is_same_yaml(const YamlNode& a, const YamlNode& b)
{
  return a.kind == b.kind && a.text == b.text
         && std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                       [](const auto* x, const auto* y) { return is_same_yaml(*x, *y); })
         && std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                       [](const auto& x, const auto& y) {
                         return x.key->text == y.key->text && is_same_yaml(*x.value, *y.value);
                       });
}

// The same but for what stands at `place`; none is as an empty map.
bool is_same_yaml_but(const YamlNode& a, const YamlNode& b, YamlPlace place)
{
  static const YamlNode none{YamlNode::Kind::map, {}, {}, {}, 1, 1};
  const auto others = [&place](const YamlNode& node) {
    YamlNode rest = node.kind == YamlNode::Kind::map ? node : none;
    std::erase_if(rest.entries, [&](const auto& one) { return one.key->text == place.front(); });
    return rest;
  };
  const auto below = [&place](const YamlNode& node) -> const YamlNode& {
    const auto* found = find_entry(node, place.front());
    return found != nullptr ? *found->value : none;
  };
  return is_same_yaml(others(a), others(b))
         && (place.size() == 1 || is_same_yaml_but(below(a), below(b), place.subspan(1)));
}

bool is_empty(const YamlNode& node)
{
  return node.kind == YamlNode::Kind::null
         || (node.kind == YamlNode::Kind::map && node.entries.empty())
         || (node.kind == YamlNode::Kind::scalar && node.text == "~");
}

// A key with nothing is as one with an empty map.
Done check_is_limns_yaml(const YamlNode& node, const Entry& entry)
{
  if (is_empty(node)) {
    return {};
  }
  if (node.kind != YamlNode::Kind::map) {
    return not_limns(entry);
  }
  for (const auto& one : node.entries) {
    if (is_remote(one.key->text)) {
      return is_elsewhere(entry);
    }
  }
  const auto* command = find_entry(node, command_member(entry).name);
  const bool is_its =
    command == nullptr
    || (command->value->kind == YamlNode::Kind::scalar && is_limn(command->value->text));
  return is_its ? Done() : not_limns(entry);
}

class YamlEdit
{
public:
  YamlEdit(std::string_view text, const Entry& entry, const YamlNode& root)
    : m_lines(text), m_entry(entry), m_root(root), m_line_end(line_end_of(text))
  {
    if (m_lines.count() > 0) {
      auto& last = m_lines.line(static_cast<int>(m_lines.count()));
      last += last.ends_with('\n') ? "" : m_line_end;
    }
  }

  Done put()
  {
    const YamlPlace place(m_entry.place);
    const auto* map = &m_root;
    int end = static_cast<int>(m_lines.count()) + 1;
    for (std::size_t known = 0; known < place.size(); ++known) {
      const auto* found = find_entry(*map, place[known]);
      if (found == nullptr) {
        return add(*map, place, known, end);
      }
      end = line_of_next(*map, *found, end);
      if (is_empty(*found->value)) {
        return fill(*found, place, known);
      }
      LIMN_TRY(check_block(*found, place.first(known + 1), end));
      map = found->value;
    }
    return change(*map, end);
  }

  Done cut()
  {
    const YamlPlace place(m_entry.place);
    const auto* map = &m_root;
    const YamlNode::Entry* above = nullptr;
    int end = static_cast<int>(m_lines.count()) + 1;
    for (std::size_t known = 0; known < place.size(); ++known) {
      const auto& found = *find_entry(*map, place[known]); // who asks has seen it there
      end = line_of_next(*map, found, end);
      if (known + 1 == place.size()) {
        if (found.key->line == end) {
          return other_yaml_shape(place, "is there in braces");
        }
        m_lines.erase(found.key->line, line_behind(m_lines, found, end));
        if (above != nullptr && map->entries.size() == 1) {
          auto& line = m_lines.line(above->key->line); // not every host takes a null for no server
          const auto colon = line.find(':', static_cast<std::size_t>(above->key->column) - 1);
          line.insert(std::min(colon, line.size() - 1) + 1, " {}");
        }
        return {};
      }
      LIMN_TRY(check_block(found, place.first(known + 1), end));
      map = found.value;
      above = &found;
    }
    return {};
  }

  std::string text() const { return m_lines.text(); }

private:
  // A map of lines of its own: neither in braces, nor an alias of one that stands elsewhere.
  static Done check_block(const YamlNode::Entry& entry, YamlPlace place, int next)
  {
    if (entry.value->kind != YamlNode::Kind::map) {
      return other_yaml_shape(place, "is there, and is no map");
    }
    const auto first = entry.value->entries.front().key->line;
    if (first <= entry.key->line || first >= next) {
      return other_yaml_shape(place, "is there in braces, or by an alias");
    }
    return {};
  }

  // Into a map that has entries, or at the end of a file.
  Done add(const YamlNode& map, YamlPlace place, std::size_t known, int end)
  {
    const bool is_root = &map == &m_root;
    const auto column = map.entries.empty() ? 1 : map.entries.front().key->column;
    const std::string indent(static_cast<std::size_t>(column) - 1, ' ');
    const int line = is_root ? end : line_behind(m_lines, map.entries.back(), end);
    m_lines.insert(line, yaml_lines(place.subspan(known), m_entry.members, indent, m_line_end));
    return {};
  }

  // Below a key that has nothing.
  Done fill(const YamlNode::Entry& entry, YamlPlace place, std::size_t known)
  {
    if (!open_key_line(m_lines.line(entry.key->line), entry.key->column)) {
      return other_yaml_shape(place.first(known + 1), "is there in another way");
    }
    const std::string indent(static_cast<std::size_t>(entry.key->column) + 1, ' ');
    m_lines.insert(entry.key->line + 1,
                   yaml_lines(place.subspan(known + 1), m_entry.members, indent, m_line_end));
    return {};
  }

  // Members of an entry that is there, from the last on, so that lines keep their numbers.
  Done change(const YamlNode& map, int end)
  {
    LIMN_TRY(check_is_limns_yaml(map, m_entry));
    const std::string indent(static_cast<std::size_t>(map.entries.front().key->column) - 1, ' ');
    const auto line_of = [&](const EntryMember& member) {
      return fmt::format("{}{}: {}{}", indent, member.name, member.value, m_line_end);
    };
    std::vector<std::string> absent;
    for (const auto& member : m_entry.members) {
      if (find_entry(map, member.name) == nullptr) {
        absent.push_back(line_of(member));
      }
    }
    end = line_behind(m_lines, map.entries.back(), end);
    m_lines.insert(end, absent);
    for (auto one = map.entries.rbegin(); one != map.entries.rend(); ++one) {
      const auto member = std::find_if(m_entry.members.begin(), m_entry.members.end(),
                                       [&](const auto& m) { return m.name == one->key->text; });
      if (member != m_entry.members.end() && !says_yaml(map, *member)) {
        const int line = one->key->line;
        const int behind = line_behind(m_lines, *one, line_of_next(map, *one, end));
        auto anew = line_of(*member);
        if (behind == line + 1) {
          anew.insert(anew.size() - m_line_end.size(), comment_on(m_lines.line(line)));
        } else if (has_number_sign(line, behind)) {
          return has_comments(m_entry, member->name);
        }
        m_lines.erase(line, behind);
        m_lines.insert(line, {std::move(anew)});
      }
    }
    return {};
  }

  // Where a value goes over several lines nobody looks closer than that.
  bool has_number_sign(int first, int behind)
  {
    for (int line = first; line < behind; ++line) {
      if (m_lines.line(line).find('#') != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  YamlLines m_lines;
  const Entry& m_entry;
  const YamlNode& m_root;
  std::string m_line_end;
};

const YamlNode* find_yaml(const YamlNode& root, YamlPlace place)
{
  const auto* node = &root;
  for (const auto& name : place) {
    const auto* found = find_entry(*node, name);
    if (found == nullptr) {
      return nullptr;
    }
    node = found->value;
  }
  return node;
}

tl::unexpected<Failure> yaml_not_done()
{
  return fail(FailureClass::settings, "it could not be changed there without a change to the rest");
}

std::string mark_of(std::string_view text)
{
  return std::string(text.starts_with(k_byte_order_mark) ? k_byte_order_mark : "");
}

} // namespace

Result<Edit> put_yaml(std::string_view whole, const Entry& entry)
{
  const auto text = without_mark(whole);
  LIMN_TRY_ASSIGN(const auto before, read_yaml_text(text));
  const auto& root = before.root();
  if (root.kind != YamlNode::Kind::map && root.kind != YamlNode::Kind::null) {
    return fail(FailureClass::settings, "it holds no map");
  }
  const auto* there = find_yaml(root, entry.place);
  if (there != nullptr && says_all_yaml(*there, entry.members)) {
    return Edit{Presence::same, std::string(whole)};
  }
  YamlEdit edit(text, entry, root);
  LIMN_TRY(edit.put());
  Edit result{there != nullptr ? Presence::other : Presence::absent, edit.text()};
  const auto now = read_yaml_text(result.text);
  const auto* put = now ? find_yaml(now->root(), entry.place) : nullptr;
  if (put == nullptr || !says_all_yaml(*put, entry.members)
      || !is_same_yaml_but(root, now->root(), entry.place)) {
    return yaml_not_done();
  }
  result.text = mark_of(whole) + result.text;
  return result;
}

Result<Edit> cut_yaml(std::string_view whole, const Entry& entry)
{
  const auto text = without_mark(whole);
  LIMN_TRY_ASSIGN(const auto before, read_yaml_text(text));
  const auto* there = find_yaml(before.root(), entry.place);
  if (there == nullptr) {
    return Edit{Presence::absent, std::string(whole)};
  }
  LIMN_TRY(check_is_limns_yaml(*there, entry));
  YamlEdit edit(text, entry, before.root());
  LIMN_TRY(edit.cut());
  Edit result{Presence::other, edit.text()};
  const auto now = read_yaml_text(result.text);
  if (!now || find_yaml(now->root(), entry.place) != nullptr
      || !is_same_yaml_but(before.root(), now->root(), entry.place)) {
    return yaml_not_done();
  }
  result.text = mark_of(whole) + result.text;
  return result;
}

} // namespace limn
