#include "config_sources/common/yaml_access.hpp"

#include <map>
#include <set>
#include <tuple>

namespace limn::host_files {

namespace {

// Merge keys can be chained, and with an alias to themselves even in a circle.
constexpr int k_max_merged_mappings = 64;

// The same for a walk through the whole of a file, whose aliases can make it wider than it is.
constexpr int k_max_searched_entries = 200'000;
constexpr int k_max_searched_depth = 64; // an alias may lead to what it is in

// What has been merged before adds nothing, and may be what it is merged into.
struct Merging {
  std::set<std::string> known;
  std::set<int> places; // of mappings; those that a program made have none
  int budget = k_max_merged_mappings;
};

void add_members(const YAML::Node& node, Members& result, Merging& merging)
{
  if (!node.IsDefined() || !node.IsMap() || --merging.budget < 0) {
    return;
  }
  if (const auto place = node.Mark().pos; place >= 0 && !merging.places.insert(place).second) {
    return;
  }
  Members own;
  std::map<std::string, std::size_t> places; // in `own`
  std::vector<YAML::Node> merged;
  for (const auto& item : node) {
    if (!item.first.IsScalar()) {
      continue;
    }
    const auto& name = item.first.Scalar();
    if (name == "<<") {
      merged.insert(merged.begin(), item.second);
    } else if (const auto [place, is_new] = places.emplace(name, own.size()); is_new) {
      own.emplace_back(name, item.second);
    } else {
      own[place->second].second.reset(item.second);
    }
  }
  const bool is_alone = merging.budget == k_max_merged_mappings - 1 && merged.empty();
  if (is_alone) { // nothing can clash
    result = std::move(own);
    return;
  }
  for (auto& one : own) {
    if (merging.known.insert(one.first).second) {
      result.push_back(std::move(one));
    }
  }
  for (const auto& other : merged) {
    if (!other.IsSequence()) {
      add_members(other, result, merging);
      continue;
    }
    for (const auto& element : other) {
      add_members(element, result, merging);
    }
  }
}

// "baseUrl", "base-url" and "BASE_URL" are one name.
bool is_same_name(std::string_view one, std::string_view other)
{
  const auto next = [](std::string_view& name) {
    while (!name.empty() && (name.front() == '_' || name.front() == '-')) {
      name.remove_prefix(1);
    }
    const char c = name.empty() ? '\0' : name.front();
    name.remove_prefix(name.empty() ? 0 : 1);
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  while (!one.empty() || !other.empty()) {
    if (next(one) != next(other)) {
      return false;
    }
  }
  return true;
}

class DoubledKeys
{
public:
  explicit DoubledKeys(const std::function<bool(std::string_view)>& is_wanted)
    : m_is_wanted(is_wanted)
  {
  }

  std::vector<DoubledKey> take() { return std::move(m_found); }

  void search(const YAML::Node& node, const std::string& path)
  {
    if (!node.IsDefined() || m_depth >= k_max_searched_depth || m_budget <= 0) {
      return;
    }
    // Once for all aliases that lead there, but again where the first of them is not wanted.
    const auto place = node.Mark().pos;
    if (place >= 0 && !m_searched.emplace(place, node.IsMap(), m_is_wanted(path)).second) {
      return;
    }
    m_budget -= 1 + static_cast<int>(node.size());
    ++m_depth;
    if (node.IsSequence()) {
      std::size_t index = 0;
      for (const auto& element : node) {
        search(element, path + "[" + std::to_string(index++) + "]");
      }
    } else if (node.IsMap()) {
      search_members(node, path);
    }
    --m_depth;
  }

private:
  void search_members(const YAML::Node& node, const std::string& path)
  {
    std::map<std::string, int> lines; // of the last of that name
    for (const auto& item : node) {
      if (!item.first.IsScalar() || item.first.Scalar() == "<<") { // of those all count
        continue;
      }
      const auto& name = item.first.Scalar();
      const auto line = item.first.Mark().line + 1;
      const auto [earlier, is_new] = lines.emplace(name, line);
      if (!is_new) {
        m_found.push_back({path.empty() ? name : path + "." + name, earlier->second, line});
      }
      earlier->second = line;
    }
    for (const auto& [name, value] : members(node)) {
      if (!value.IsScalar() && (!path.empty() || m_is_wanted(name))) {
        search(value, path.empty() ? name : path + "." + name);
      }
    }
  }

  const std::function<bool(std::string_view)>& m_is_wanted;
  std::vector<DoubledKey> m_found;
  std::set<std::tuple<int, bool, bool>> m_searched;
  int m_budget = k_max_searched_entries;
  int m_depth = 0;
};

} // namespace

Members members(const YAML::Node& node)
{
  Members result;
  Merging merging;
  add_members(node, result, merging);
  return result;
}

YAML::Node member(const YAML::Node& node, std::string_view name)
{
  YAML::Node found(YAML::NodeType::Undefined);
  if (!node.IsDefined() || !node.IsMap()) {
    return found;
  }
  bool may_be_another = false;
  for (const auto& item : node) {
    if (!item.first.IsScalar()) {
      continue;
    }
    const auto& key = item.first.Scalar();
    if (key == name) {
      found.reset(item.second);
    }
    may_be_another = may_be_another || key == "<<" || is_same_name(key, name);
  }
  if (found.IsDefined() || !may_be_another) {
    return found;
  }
  return member(members(node), name);
}

YAML::Node member(const Members& members, std::string_view name)
{
  YAML::Node other_spelling(YAML::NodeType::Undefined);
  for (const auto& [key, value] : members) {
    if (key == name) {
      return value;
    }
    if (is_same_name(key, name)) {
      other_spelling.reset(value);
    }
  }
  return other_spelling;
}

std::vector<DoubledKey> doubled_keys(const YAML::Node& root,
                                     const std::function<bool(std::string_view)>& is_wanted)
{
  DoubledKeys search(is_wanted);
  search.search(root, {});
  return search.take();
}

std::string text_of(const YAML::Node& node)
{
  if (!node.IsDefined() || !node.IsScalar()) {
    return {};
  }
  constexpr std::string_view blanks = " \t\r\n";
  const std::string& text = node.Scalar();
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string first_text(const YAML::Node& node, std::initializer_list<std::string_view> names)
{
  return first_text(members(node), names);
}

std::string first_text(const Members& members, std::initializer_list<std::string_view> names)
{
  for (const auto name : names) {
    if (auto text = text_of(member(members, name)); !text.empty()) {
      return text;
    }
  }
  return {};
}

} // namespace limn::host_files
