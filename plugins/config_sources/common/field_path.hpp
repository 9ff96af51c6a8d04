#pragma once

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::host_files {

// Where a field lies in a file: "model.base_url", "clients[0].api_base",
// "model_list[].litellm_params.api_base", "providers.*.options.baseURL". [] and * stand for every
// element of a list and every member of a mapping.
class FieldPath
{
public:
  // A field that was found.
  struct Match {
    YAML::Node node;
    YAML::Node parent;               // what the field is a member of
    std::string where;               // of the parent: "clients[0]"
    std::string field;               // "clients[0].api_base"
    std::vector<std::string> chosen; // the element that each wildcard stood for
  };

  // Nothing if `text` is no path.
  static std::optional<FieldPath> parse(std::string_view text);

  std::size_t wildcard_count() const;

  // Every field of that path, in the order of the file.
  std::vector<Match> find_all(const YAML::Node& root) const;

  // The same; a line in `remarks` if there are more than are looked at.
  std::vector<Match> find_all(const YAML::Node& root, std::vector<std::string>& remarks) const;

  // The field for which each wildcard stands for the same element as in `chosen`; needs as many as
  // there are wildcards.
  std::optional<Match> find(const YAML::Node& root, const std::vector<std::string>& chosen) const;

private:
  struct Step {
    enum class Kind { name, index, each } kind = Kind::name;
    std::string text; // name or index
  };

  struct Walk {
    const std::vector<std::string>* chosen; // may be null
    std::vector<Match> found;
    std::size_t looked_at = 0;
    bool is_cut = false;
  };

  void walk(const Match& so_far, std::size_t step, Walk& walk) const;

  std::string m_text;
  std::vector<Step> m_steps;
};

} // namespace limn::host_files
