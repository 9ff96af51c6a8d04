#include "config_sources/ai_hosts/lone_keys.hpp"

#include "config_sources/ai_hosts/scope_words.hpp"

#include <algorithm>

namespace limn::ai_hosts {

namespace {

using namespace host_files;

bool is_openai(std::string_view url)
{
  constexpr std::string_view origin = "https://api.openai.com";
  return url == origin || (url.starts_with(origin) && url[origin.size()] == '/');
}

bool is_lone(const WrittenGateway& gateway)
{
  return gateway.url == WrittenGateway::Url::assumed;
}

// Settings of several whole files are one; an entry is for itself.
bool may_own_key_of(const ReadFile& other, const WrittenGateway& gateway, const ReadFile& lone)
{
  if (is_lone(gateway) || is_openai(gateway.base_url)) {
    return false;
  }
  const bool is_merged = &other != &lone && gateway.scope == WrittenGateway::Scope::whole_file;
  return is_merged || !gateway.names_a_key();
}

// A variable of the environment wins over the files of most hosts.
std::string variable_with_other_url(const Host& host, const Lookup& environment)
{
  const auto says_other = [&](std::string_view name) {
    const auto value = environment(name).value_or("");
    return !value.empty() && !is_openai(value);
  };
  for (const std::string_view name : {"OPENAI_BASE_URL", "OPENAI_API_BASE"}) {
    if (says_other(name)) {
      return std::string(name);
    }
  }
  for (const auto& file : host.files) {
    for (const auto& scope : file.scopes) {
      for (const auto name : parts(scope.url, '|')) {
        if (scope.without_url == WithoutUrl::openai && says_other(name)) {
          return std::string(name);
        }
      }
    }
  }
  return {};
}

std::string doubt_about(const ReadFile& lone, const std::vector<ReadFile*>& files,
                        const Doubts& doubts)
{
  for (const auto* other : files) {
    if (!other->doubt.empty()) {
      return "its key stands without a URL, and " + other->shown + " " + other->doubt;
    }
    for (const auto& gateway : other->gateways) {
      if (may_own_key_of(*other, gateway, lone)) {
        return "its key stands without a URL and may belong to that of " + other->shown + "#"
               + gateway.where;
      }
    }
  }
  if (doubts.has_unread_files) {
    return "its key stands without a URL, which may stand in the file that cannot be read";
  }
  const auto variable =
    doubts.environment ? variable_with_other_url(*lone.host, doubts.environment) : std::string();
  return variable.empty()
           ? variable
           : "its key stands without a URL and may belong to that of the variable " + variable;
}

// A key that nothing but its name gives to a URL, where another file says another URL for it.
std::string doubt_about_stored(const ReadFile& file, const WrittenGateway& gateway,
                               const std::vector<ReadFile*>& files)
{
  const auto is_given = [](const WrittenGateway& one) {
    return !one.stored_as.empty() && !one.names_a_key() && !is_lone(one);
  };
  for (const auto* other : files) {
    for (const auto& rival : other->gateways) {
      if (other != &file && is_given(gateway) && is_given(rival)
          && rival.stored_as == gateway.stored_as && rival.base_url != gateway.base_url) {
        return "the key that is stored for it may belong to the URL of " + other->shown + "#"
               + rival.where;
      }
    }
  }
  return {};
}

} // namespace

void refuse_lone_keys(const std::vector<ReadFile*>& files, const Doubts& doubts)
{
  for (auto* file : files) {
    for (auto& gateway : file->gateways) {
      if (gateway.problem.empty()) {
        gateway.problem = is_lone(gateway) ? doubt_about(*file, files, doubts)
                                           : doubt_about_stored(*file, gateway, files);
      }
    }
  }
}

} // namespace limn::ai_hosts
