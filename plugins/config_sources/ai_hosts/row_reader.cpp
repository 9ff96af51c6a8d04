#include "config_sources/ai_hosts/row_reader.hpp"

#include "config_sources/ai_hosts/json5.hpp"
#include "config_sources/ai_hosts/json_reader.hpp"
#include "config_sources/ai_hosts/scope_words.hpp"
#include "config_sources/ai_hosts/secret_reference.hpp"
#include "config_sources/ai_hosts/toml_reader.hpp"
#include "config_sources/common/field_path.hpp"
#include "config_sources/common/yaml_access.hpp"

#include <algorithm>
#include <utility>

namespace limn::ai_hosts {

namespace {

using namespace host_files;

// What a scope's path led to.
struct Place {
  YAML::Node node;
  std::string where;   // "providers.work"; empty: the whole file
  std::string element; // "work", where it is a member of a mapping
};

std::vector<Place> places_of(const Scope& scope, const YAML::Node& root,
                             std::vector<std::string>& remarks)
{
  std::vector<Place> places;
  if (scope.in.empty()) {
    places.push_back({root, {}, {}});
    return places;
  }
  const auto path = FieldPath::parse(scope.in);
  if (!path) {
    return places;
  }
  for (auto& match : path->find_all(root, remarks)) {
    const bool is_element = !match.chosen.empty() && !match.field.ends_with(']');
    places.push_back({match.node, match.field, is_element ? match.chosen.back() : std::string()});
  }
  return places;
}

constexpr std::string_view k_openai = "openai"; // as hosts name OpenAI itself

// The words of the first of "member=words|..." whose member is there.
std::string_view words_of_member(std::string_view rows, const Members& members)
{
  for (const auto row : parts(rows, '|')) {
    const auto equals = row.find('=');
    if (equals != std::string_view::npos && is_set(node_at(members, row.substr(0, equals)))) {
      return row.substr(equals + 1);
    }
  }
  return {};
}

std::size_t rivals_of(const Scope& scope, const std::vector<Place>& places)
{
  return scope.stored_if.empty()
           ? 0
           : static_cast<std::size_t>(std::ranges::count_if(places, [&](const Place& place) {
               return holds(members(place.node), scope.stored_if);
             }));
}

class GatewayOfScope
{
public:
  // `rivals`: how many entries of that scope have the stored key for their own.
  GatewayOfScope(const Scope& scope, const Place& place, const YAML::Node& root, std::size_t rivals,
                 const Surroundings& surroundings)
    : m_scope(scope), m_place(place), m_members(members(place.node)), m_root(root),
      m_rivals(rivals), m_surroundings(surroundings)
  {
  }

  // None, where the scope has neither URL nor, for OpenAI's own, a key.
  std::optional<WrittenGateway> gateway()
  {
    if (!m_place.node.IsDefined() || !m_place.node.IsMap() || !holds(m_members, m_scope.only_if)
        || speaks_other_protocol(m_place.node)) {
      return std::nullopt;
    }
    const auto named = text_at(m_members, m_scope.name).text;
    m_written.name = !named.empty() ? named : m_place.element;
    if (!m_scope.not_named.empty() && is_one_of(m_written.name, m_scope.not_named)) {
      return std::nullopt;
    }
    m_written.scope =
      m_scope.in.empty() ? WrittenGateway::Scope::whole_file : WrittenGateway::Scope::entry;
    read_key();
    read_other_headers();
    if (!read_url()) {
      return std::nullopt;
    }
    read_obstacles();
    if (m_written.name.empty()) {
      m_written.name =
        m_surroundings.name.empty() ? std::string(m_surroundings.host) : m_surroundings.name;
    }
    return std::move(m_written);
  }

private:
  bool read_url()
  {
    const auto [text, field] = text_at(m_members, m_scope.url);
    const bool is_url = !text.empty() && (m_scope.no_url.empty() || text != m_scope.no_url);
    m_written.where = m_place.where.empty() ? std::string(field) : m_place.where;
    m_written.field =
      m_place.where.empty() ? std::string(field) : m_place.where + "." + std::string(field);
    if (is_url) {
      m_written.base_url = text;
      if (const auto end = text_at(m_members, m_scope.url_end).text; !end.empty()) {
        m_written.base_url += (text.ends_with('/') || end.starts_with('/') ? "" : "/") + end;
      }
      return true;
    }
    const bool has_key = !m_written.api_key.empty() || !m_written.stored_key.empty();
    if (m_scope.without_url != WithoutUrl::openai || !has_key) {
      return false;
    }
    m_written.base_url = k_openai_url;
    m_written.url = WrittenGateway::Url::assumed;
    for (const auto& name : chosen_names()) {
      if (name != k_openai) {
        m_written.problem = "its file names another provider, which its key may belong to";
      }
    }
    if (m_place.where.empty()) {
      m_written.where = m_key_field;
    }
    return true;
  }

  void read_key()
  {
    // In a whole file such a name may be about anything.
    if (!m_scope.in.empty()) {
      read_credentials(m_members, m_written);
      read_reference(member(m_members, "api_key"));
    }
    if (!m_scope.key.empty()) {
      const auto [text, field] = text_at(m_members, m_scope.key);
      m_key_field = field;
      if (!text.empty()) {
        m_written.api_key = text;
      }
      read_reference(node_at(m_members, field));
    }
    if (const auto name = text_at(m_members, m_scope.key_variable).text; !name.empty()) {
      m_written.key_variable = name;
    }
    if (!m_scope.no_key.empty() && m_written.api_key == m_scope.no_key) {
      m_written.api_key.clear();
      m_written.missing_key = "its users bring their own key (" + std::string(m_scope.no_key) + ")";
    }
    read_stored_key();
    m_written.other_variable = variable_of(m_scope.variable_of_name, m_written.name);
  }

  void read_reference(const YAML::Node& node)
  {
    if (node.IsDefined() && node.IsMap()) {
      read_secret_reference(node, m_root, m_surroundings.read_secrets, m_written);
    }
  }

  void read_stored_key()
  {
    auto name = m_scope.stored_as == "*"             ? m_place.element
                : m_scope.stored_as.starts_with('=') ? std::string(m_scope.stored_as.substr(1))
                                                     : text_at(m_members, m_scope.stored_as).text;
    if (name.empty() || !holds(m_members, m_scope.stored_if)) {
      return;
    }
    if (m_rivals > 1 && std::ranges::count(chosen_names(), m_place.element) == 0) {
      m_written.missing_key =
        "several entries want the one key that is stored, and "
        + std::string(m_scope.chosen_by.substr(0, m_scope.chosen_by.find('|')))
        + " does not name this one";
      return;
    }
    if (const auto key = m_surroundings.keys.find(name); key != m_surroundings.keys.end()) {
      m_written.stored_key = key->second;
      m_written.stored_as = name;
      m_key_field = m_key_field.empty() ? name : m_key_field;
    }
  }

  std::vector<std::string> chosen_names() const
  {
    std::vector<std::string> names;
    for (const auto path : parts(m_scope.chosen_by, '|')) {
      const auto parsed = FieldPath::parse(path);
      for (const auto& match :
           parsed ? parsed->find_all(m_root) : std::vector<FieldPath::Match>()) {
        if (auto name = text_of(match.node); !name.empty()) {
          names.push_back(std::move(name));
        }
      }
    }
    return names;
  }

  void read_other_headers()
  {
    if (!m_scope.headers.empty()) {
      read_headers(node_at(m_members, m_scope.headers), m_written);
    }
    if (m_scope.header_variables.empty()) {
      return;
    }
    // A variable that is not set is a header less.
    for (const auto& [name, variable] : members(node_at(m_members, m_scope.header_variables))) {
      const auto value = m_surroundings.reach.variable(text_of(variable));
      if (value && !value->empty()) {
        YAML::Node header(YAML::NodeType::Map);
        header.force_insert(name, "${" + text_of(variable) + "}");
        read_headers(header, m_written);
      }
    }
  }

  void read_obstacles()
  {
    if (m_written.problem.empty()) {
      m_written.problem = words_of_member(m_scope.unusable_with, m_members);
    }
  }

  const Scope& m_scope;
  const Place& m_place;
  const Members m_members; // of its node
  const YAML::Node& m_root;
  const std::size_t m_rivals;
  const Surroundings& m_surroundings;
  WrittenGateway m_written;
  std::string m_key_field;
};

// One place of a list.
struct Listed {
  std::string text;
  enum class Is { written, resolved } is = Is::written; // taken as it is, where resolved
  std::string problem;
};

// The places of a list that is cut at semicolons. A reference to a list is several of them; behind
// one that leads nowhere, which may be one place or many, none is sure any more.
std::vector<Listed> places_of_list(std::string_view list, const Reach& reach)
{
  std::vector<Listed> places;
  std::string problem;
  for (const auto part : parts(list, ';')) {
    const auto resolved = resolve(part, reach);
    if (resolved.ok() && resolved.text.find(';') != std::string::npos) {
      for (const auto one : parts(resolved.text, ';')) {
        places.push_back({text_of(YAML::Node(std::string(one))), Listed::Is::resolved, problem});
      }
      continue;
    }
    places.push_back({text_of(YAML::Node(std::string(part))), Listed::Is::written, problem});
    if (!resolved.ok() && problem.empty()) {
      problem = "a reference before it in its list leads nowhere, and may stand for several";
    }
  }
  return places;
}

// One for each of the URLs of a list; the N-th key is the N-th URL's.
std::vector<WrittenGateway> split(const WrittenGateway& all, const Reach& reach)
{
  std::vector<WrittenGateway> gateways;
  const auto keys = places_of_list(all.api_key, reach);
  for (const auto& url : places_of_list(all.base_url, reach)) {
    auto one = all;
    const auto index = gateways.size();
    const auto key = index < keys.size() ? keys[index] : Listed();
    // An empty place in the list still counts for its key; a URL there is OpenAI's own.
    one.base_url = url.text.empty() ? std::string(k_openai_url) : url.text;
    (key.is == Listed::Is::resolved ? one.stored_key : one.api_key) = key.text;
    (key.is == Listed::Is::resolved ? one.api_key : one.stored_key).clear();
    one.where += index == 0 ? std::string() : "[" + std::to_string(index) + "]";
    for (const auto& problem : {url.problem, key.problem}) {
      one.problem = one.problem.empty() ? problem : one.problem;
    }
    // What a variable holds is not looked through for references once more.
    if (url.is == Listed::Is::resolved && url.text.find_first_of("${`") != std::string::npos) {
      one.problem = "its URL comes from a variable and holds a reference itself";
      one.base_url = "${...}";
    }
    gateways.push_back(std::move(one));
  }
  return gateways;
}

YAML::Node tree_of_variables(const std::string& content)
{
  YAML::Node tree(YAML::NodeType::Map);
  for (const auto& [name, value] : parse_env_file(content)) {
    tree.force_insert(name, value);
  }
  return tree;
}

} // namespace

std::vector<WrittenGateway> gateways_of(std::span<const Scope> scopes, const YAML::Node& root,
                                        const Surroundings& surroundings,
                                        std::vector<std::string>& remarks)
{
  std::vector<WrittenGateway> gateways;
  for (const auto& scope : scopes) {
    const auto places = places_of(scope, root, remarks);
    const auto rivals = rivals_of(scope, places);
    for (const auto& place : places) {
      auto gateway = GatewayOfScope(scope, place, root, rivals, surroundings).gateway();
      if (!gateway) {
        continue;
      }
      if (scope.lists == Lists::none) {
        gateways.push_back(std::move(*gateway));
        continue;
      }
      for (auto& one : split(*gateway, surroundings.reach)) {
        gateways.push_back(std::move(one));
      }
    }
  }
  return gateways;
}

bool is_read(std::span<const Scope> scopes, std::string_view path)
{
  const auto top = path.substr(0, path.find_first_of(".["));
  return std::ranges::any_of(scopes, [&](const Scope& scope) {
    const auto its_top = scope.in.substr(0, scope.in.find_first_of(".["));
    return its_top.empty()
             ? !scope.in.empty() || is_one_of(path, scope.url) || is_one_of(path, scope.key)
             : top == its_top;
  });
}

std::string doubt_in(const HostFile& file, const YAML::Node& root)
{
  return std::string(words_of_member(file.unsure_with, members(root)));
}

Variables stored_keys(const KeyStore& store, const YAML::Node& root)
{
  Variables keys;
  for (const auto& [name, entry] : members(root)) {
    const auto inside = members(entry);
    auto key = store.key.empty() ? text_of(entry) : text_of(node_at(inside, store.key));
    if (!key.empty() && holds(inside, store.only_if)) {
      keys.insert_or_assign(name, std::move(key));
    }
  }
  return keys;
}

Variables texts_of(const YAML::Node& root, std::string_view paths)
{
  Variables texts;
  for (const auto path : parts(paths, '|')) {
    const auto mapping = path.empty() ? YAML::Node() : node_at(members(root), path);
    for (const auto& [name, value] : members(mapping)) {
      texts.insert_or_assign(name, text_of(value));
    }
  }
  return texts;
}

YAML::Node parse(Format format, const std::string& content)
{
  switch (format) {
  case Format::yaml:
    break;
  case Format::json:
    return parse_json(content);
  case Format::json5:
    try {
      return parse_json(json_of_json5(content));
    } catch (ParseFault& fault) {
      fault.column = 0; // of the JSON that it was made
      throw;
    }
  case Format::toml:
    return parse_toml(content);
  case Format::env:
    return tree_of_variables(content);
  }
  return parse_yaml(content);
}

} // namespace limn::ai_hosts
