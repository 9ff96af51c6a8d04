#include "config_sources/common/written_gateway.hpp"

#include "config_sources/common/yaml_access.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace limn::host_files {

namespace {

constexpr std::string_view k_command_problem =
  "its key comes from a command, which limn does not run; put the key into the file or a variable "
  "instead";

constexpr std::string_view k_command_url_problem =
  "its base URL comes from a command, which limn does not run";
constexpr std::string_view k_command = "$(...)"; // as it is shown

// Of a key or a header, whose text is not to be shown.
std::string problem_of_secret(const Resolved& resolved, std::string_view secret)
{
  if (resolved.is_command) {
    return std::string(k_command_problem);
  }
  return resolved.ok() ? std::string()
                       : "unresolved " + shown_reference_of_secret(secret, resolved.unresolved);
}

std::string problem_of_url(const Resolved& resolved)
{
  return resolved.is_command ? std::string(k_command_url_problem)
                             : "unresolved " + shown_reference(resolved.unresolved);
}

bool carries_authorization(std::string name)
{
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name == "authorization" || name == "proxy-authorization";
}

// Some users write ${NAME} where the plain name belongs.
std::string as_reference(const std::string& variable)
{
  const bool is_reference = variable.find_first_of("${/:.") != std::string::npos;
  return is_reference ? variable : "${" + variable + "}";
}

// A host that makes the variable's name out of a gateway's may come to this one, too.
bool may_travel(const std::string& variable, std::string_view base_url)
{
  return variable != "OPENAI_API_KEY" || base_url.starts_with(k_openai_url);
}

// The key, or why there is none.
std::pair<std::string, std::string> key_or_problem(const WrittenGateway& written,
                                                   std::string_view base_url, const Reach& reach)
{
  std::string problem;
  for (const auto& text :
       {written.api_key,
        written.key_variable.empty() ? std::string() : as_reference(written.key_variable)}) {
    if (text.empty()) {
      continue;
    }
    auto key = resolve(text, reach);
    if (!key.text.empty()) {
      return {std::move(key.text), std::string()};
    }
    problem = problem.empty() ? problem_of_secret(key, text) : problem;
  }
  if (!written.stored_key.empty()) {
    return {written.stored_key, std::string()};
  }
  const auto& other = written.other_variable;
  if (problem.empty() && !other.empty() && may_travel(other, base_url)) {
    if (auto key = reach.variable(other); key && !key->empty()) {
      return {std::move(*key), std::string()};
    }
    problem = "no key beside " + written.field + ", and " + other + " is not set";
  }
  if (problem.empty() && written.key_is_command) {
    problem = k_command_problem;
  }
  if (problem.empty()) {
    problem = written.missing_key;
  }
  return {{}, problem.empty() ? "no key beside " + written.field : problem};
}

} // namespace

void read_credentials(const YAML::Node& scope, WrittenGateway& written)
{
  read_credentials(members(scope), written);
}

void read_credentials(const Members& scope, WrittenGateway& written)
{
  written.api_key = first_text(scope, {"api_key", "apiKey", "api-key"});
  written.key_variable =
    first_text(scope, {"key_env", "api_key_env", "env_key", "envKey", "api-key-env"});
  written.key_is_command = !first_text(scope, {"key_cmd", "api_key_cmd", "api-key-cmd"}).empty()
                           || !text_of(member(member(scope, "auth"), "command")).empty();
  read_headers(member(scope, "extra_headers"), written);
}

void read_headers(const YAML::Node& headers, WrittenGateway& written)
{
  for (const auto& [name, value] : members(headers)) {
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
                                const Reach& reach)
{
  sdk::FoundGateway found;
  found.name = written.name;
  found.origin = std::string(file) + "#" + written.where;
  auto url = resolve(written.base_url, reach);
  found.problem = url.ok() ? written.problem : problem_of_url(url);
  found.base_url = url.ok()         ? url.text
                   : url.is_command ? std::string(k_command)
                                    : shown_url(written.base_url, url.unresolved);
  for (const auto& [name, value] : written.headers) {
    auto header = resolve(value, reach);
    if (header.ok()) {
      found.headers.emplace_back(name, std::move(header.text));
    } else if (found.problem.empty()) {
      found.problem = problem_of_secret(header, value);
    }
  }
  auto [key, problem] = key_or_problem(written, found.base_url, reach);
  if (found.problem.empty()) {
    found.problem = std::move(problem);
  }
  if (found.problem.empty()) {
    found.api_key = std::move(key);
  }
  return found;
}

} // namespace limn::host_files
