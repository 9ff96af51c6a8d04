#include "config_sources/config_yaml/written_gateway.hpp"

#include "config_sources/config_yaml/yaml_access.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace limn::config_yaml {

namespace {

constexpr std::string_view k_command_problem =
  "its key comes from a command, which limn does not run";

std::string problem_of(const Resolved& resolved)
{
  if (resolved.is_command) {
    return std::string(k_command_problem);
  }
  return resolved.ok() ? std::string() : "unresolved " + resolved.unresolved;
}

bool carries_authorization(std::string name)
{
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name == "authorization" || name == "proxy-authorization";
}

// The key, or why there is none.
std::pair<std::string, std::string> key_or_problem(const WrittenGateway& written,
                                                   const Lookup& lookup)
{
  std::string problem;
  if (!written.api_key.empty()) {
    auto key = resolve(written.api_key, lookup);
    if (!key.text.empty()) {
      return {std::move(key.text), std::string()};
    }
    problem = problem_of(key);
  }
  if (!written.key_variable.empty()) {
    // Some users write ${NAME} where the plain name belongs.
    const bool is_reference = written.key_variable.find_first_of("${/:.") != std::string::npos;
    auto key =
      resolve(is_reference ? written.key_variable : "${" + written.key_variable + "}", lookup);
    if (!key.text.empty()) {
      return {std::move(key.text), std::string()};
    }
    problem = problem.empty() ? problem_of(key) : problem;
  }
  if (problem.empty() && written.key_is_command) {
    problem = k_command_problem;
  }
  return {{}, problem.empty() ? "no key beside " + written.field : problem};
}

} // namespace

void read_credentials(const YAML::Node& scope, WrittenGateway& written)
{
  written.api_key = first_text(scope, {"api_key", "apiKey", "api-key"});
  written.key_variable =
    first_text(scope, {"key_env", "api_key_env", "env_key", "envKey", "api-key-env"});
  written.key_is_command = !first_text(scope, {"key_cmd", "api_key_cmd", "api-key-cmd"}).empty()
                           || !text_of(member(member(scope, "auth"), "command")).empty();
  for (const auto& [name, value] : members(member(scope, "extra_headers"))) {
    // The host adds the authorization itself, from the key.
    if (!carries_authorization(name)) {
      written.headers.emplace_back(name, text_of(value));
    }
  }
}

bool speaks_other_protocol(const YAML::Node& scope)
{
  return text_of(member(scope, "api_mode")) == "anthropic_messages";
}

sdk::FoundGateway found_gateway(const WrittenGateway& written, std::string_view file,
                                const Lookup& lookup)
{
  sdk::FoundGateway found;
  found.name = written.name;
  found.origin = std::string(file) + "#" + written.where;
  auto url = resolve(written.base_url, lookup);
  found.problem = problem_of(url);
  found.base_url = url.ok() ? url.text : written.base_url;
  for (const auto& [name, value] : written.headers) {
    auto header = resolve(value, lookup);
    if (header.ok()) {
      found.headers.emplace_back(name, std::move(header.text));
    } else if (found.problem.empty()) {
      found.problem = problem_of(header);
    }
  }
  auto [key, problem] = key_or_problem(written, lookup);
  if (found.problem.empty()) {
    found.problem = std::move(problem);
  }
  if (found.problem.empty()) {
    found.api_key = std::move(key);
  }
  return found;
}

} // namespace limn::config_yaml
