#include "config_sources/common/field_path.hpp"

#include "config_sources/common/yaml_access.hpp"

#include <algorithm>
#include <utility>

namespace limn::host_files {

namespace {

// Aliases can make a small file wide; no user has as many gateways as this.
constexpr std::size_t k_max_matches = 256;
constexpr std::size_t k_max_looked_at = 200'000; // on the way to them

bool is_number(std::string_view text)
{
  return !text.empty() && text.size() < 6
         && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The elements of a list or mapping, named as in a path.
std::vector<std::pair<std::string, YAML::Node>> elements(const YAML::Node& node)
{
  if (!node.IsDefined() || !node.IsSequence()) {
    return members(node);
  }
  std::vector<std::pair<std::string, YAML::Node>> result;
  for (const auto& element : node) {
    result.emplace_back(std::to_string(result.size()), element);
  }
  return result;
}

FieldPath::Match entered(const FieldPath::Match& from, std::string_view name,
                         const YAML::Node& node)
{
  FieldPath::Match next;
  next.node.reset(node);
  next.parent.reset(from.node);
  next.where = from.field;
  next.field = from.field;
  next.chosen = from.chosen;
  if (from.node.IsSequence()) {
    next.field.append("[").append(name).append("]");
  } else {
    next.field.append(next.field.empty() ? "" : ".").append(name);
  }
  return next;
}

} // namespace

std::optional<FieldPath> FieldPath::parse(std::string_view text)
{
  FieldPath path;
  path.m_text = text;
  bool wants_name =
    true; // a name may not be missing at the start, unless a bracket stands there, or behind a dot
  while (!text.empty()) {
    if (text.front() == '[') {
      const auto end = text.find(']');
      if (end == std::string_view::npos || (wants_name && !path.m_steps.empty())) {
        return std::nullopt;
      }
      const auto inside = text.substr(1, end - 1);
      if (!inside.empty() && inside != "*" && !is_number(inside)) {
        return std::nullopt;
      }
      path.m_steps.push_back(is_number(inside) ? Step{Step::Kind::index, std::string(inside)}
                                               : Step{Step::Kind::each, {}});
      text.remove_prefix(end + 1);
    } else if (wants_name) {
      const auto end = std::min(text.find_first_of(".[]"), text.size());
      const auto name = text.substr(0, end);
      if (name.empty()) {
        return std::nullopt;
      }
      path.m_steps.push_back(name == "*" ? Step{Step::Kind::each, {}}
                                         : Step{Step::Kind::name, std::string(name)});
      text.remove_prefix(end);
    } else {
      return std::nullopt;
    }
    wants_name = false;
    if (!text.empty() && text.front() == '.') {
      wants_name = true;
      text.remove_prefix(1);
    }
  }
  if (wants_name) {
    return std::nullopt;
  }
  return path;
}

std::size_t FieldPath::wildcard_count() const
{
  return static_cast<std::size_t>(
    std::count_if(m_steps.begin(), m_steps.end(),
                  [](const Step& step) { return step.kind == Step::Kind::each; }));
}

std::vector<FieldPath::Match> FieldPath::find_all(const YAML::Node& root) const
{
  std::vector<std::string> remarks;
  return find_all(root, remarks);
}

std::vector<FieldPath::Match> FieldPath::find_all(const YAML::Node& root,
                                                  std::vector<std::string>& remarks) const
{
  Walk all{nullptr, {}};
  Match start;
  start.node.reset(root);
  walk(start, 0, all);
  if (all.is_cut) {
    remarks.push_back("more than the " + std::to_string(all.found.size()) + " first of " + m_text
                      + " are left out");
  }
  return std::move(all.found);
}

std::optional<FieldPath::Match> FieldPath::find(const YAML::Node& root,
                                                const std::vector<std::string>& chosen) const
{
  Walk all{&chosen, {}};
  Match start;
  start.node.reset(root);
  walk(start, 0, all);
  return all.found.empty() ? std::nullopt : std::optional(std::move(all.found.front()));
}

void FieldPath::walk(const Match& so_far, std::size_t step, Walk& all) const
{
  if (step == m_steps.size()) {
    if (all.found.size() < k_max_matches) {
      all.found.push_back(so_far);
    } else {
      all.is_cut = true;
    }
    return;
  }
  const auto& [kind, text] = m_steps[step];
  if (kind == Step::Kind::index && !so_far.node.IsSequence()) {
    return;
  }
  const std::string* wanted = kind == Step::Kind::each ? nullptr : &text;
  if (kind == Step::Kind::each && all.chosen) {
    if (so_far.chosen.size() >= all.chosen->size()) {
      return;
    }
    wanted = &(*all.chosen)[so_far.chosen.size()];
  }
  if (kind == Step::Kind::name && so_far.node.IsSequence()) {
    return;
  }
  const auto those_in_it = elements(so_far.node);
  all.looked_at += those_in_it.size();
  all.is_cut = all.is_cut || all.looked_at > k_max_looked_at;
  for (const auto& [name, node] : those_in_it) {
    if (all.is_cut) {
      return;
    }
    if (wanted && name != *wanted) {
      continue;
    }
    auto next = entered(so_far, name, node);
    if (kind == Step::Kind::each) {
      next.chosen.push_back(name);
    }
    walk(next, step + 1, all);
  }
}

} // namespace limn::host_files
