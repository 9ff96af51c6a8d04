#pragma once

#include "config_sources/common/references.hpp"
#include "config_sources/common/yaml_access.hpp"

#include <limn/sdk.hpp>

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace limn::host_files {

// What a file says about one gateway, all of it from one scope, with references not yet followed.
struct WrittenGateway {
  std::string name;
  std::string where;    // the scope: "auxiliary.vision"
  std::string field;    // of the base URL: "auxiliary.vision.base_url"
  std::string base_url; // not empty
  std::string api_key;
  std::string key_variable;    // the name of the variable that holds the key
  bool key_is_command = false; // the file names a command that prints the key
  std::string stored_key;      // what the host keeps elsewhere for this gateway; taken as it is
  std::string stored_as;       // under that name
  std::string other_variable;  // the variable that the host looks at where no key is written
  std::string missing_key;     // why there may be none, in words
  std::string problem;         // why it cannot be used at all
  std::vector<sdk::Pair> headers;
  // Assumed: a key stands there alone, and the URL is OpenAI's own because nothing says another.
  enum class Url { written, assumed } url = Url::written;
  enum class Scope { entry, whole_file } scope = Scope::entry;

  bool names_a_key() const { return !api_key.empty() || !key_variable.empty() || key_is_command; }
};

// Fills key, key variable, command and headers from the members of `scope` that hosts use for them.
void read_credentials(const YAML::Node& scope, WrittenGateway& written);
void read_credentials(const Members& scope, WrittenGateway& written);

// The members of a mapping, as headers; none that carries authorization.
void read_headers(const YAML::Node& headers, WrittenGateway& written);

// Whether the scope is one of an API that is not OpenAI-compatible.
bool speaks_other_protocol(const YAML::Node& scope);

// Follows the references. What leads nowhere, or to a command, makes the gateway one with a problem
// and without a key: the text of a reference is never sent as a key.
sdk::FoundGateway found_gateway(const WrittenGateway& written, std::string_view file,
                                const Reach& reach);

// OpenAI's own URL: where OPENAI_API_KEY goes that stands without a base URL, and nowhere else.
inline constexpr std::string_view k_openai_url = "https://api.openai.com/v1";

} // namespace limn::host_files
