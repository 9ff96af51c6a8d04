#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::host_files {

// The members of a mapping in order, those of merge keys (<<) behind its own. Of a name that is
// there twice the last one counts, as in the programs that these files belong to. Empty for
// anything else.
using Members = std::vector<std::pair<std::string, YAML::Node>>;
Members members(const YAML::Node& node);

// The member of that name, merge keys included, or else one whose name is the same but for
// capitals,
// '_' and '-' (baseUrl for base_url); an undefined node if there is none.
YAML::Node member(const YAML::Node& node, std::string_view name);
YAML::Node member(const Members& members, std::string_view name); // for who asks for several

// A name that is twice in one mapping.
struct DoubledKey {
  std::string path; // "providers.work.base_url"
  int line = 0;     // from 1
  int last_line = 0;
};

// Those of a file, in the order in which they are met; those of an anchor where the first alias
// leads to it. In members of `root` that are not wanted none is looked for.
std::vector<DoubledKey> doubled_keys(const YAML::Node& root,
                                     const std::function<bool(std::string_view)>& is_wanted);

// The scalar without blanks around it; empty for null and for anything that is no scalar.
std::string text_of(const YAML::Node& node);

// The text of the first of these members that has one.
std::string first_text(const YAML::Node& node, std::initializer_list<std::string_view> names);
std::string first_text(const Members& members, std::initializer_list<std::string_view> names);

} // namespace limn::host_files
