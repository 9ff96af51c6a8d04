#pragma once

#include <span>
#include <string_view>

namespace limn::ai_hosts {

// A host is a row of `k_hosts` and a sample file in tests/end_to_end/hosts. Texts that say where
// something lies are written like this:
//
//   path of a file   "$CODEX_HOME/config.toml|~/.codex/config.toml": the first one whose variable
//   is
//                    set; a last name such as "*.json" stands for all such files of the folder
//   path in a file   as FieldPath has it: "providers.*", "models[]"
//   members          "base_url|api|url": of what such a path leads to, the first that has a text;
//                    "options.apiKey" is one of a member

enum class Format { yaml, json, json5, toml, env }; // json: with comments and trailing commas

// Where a key lies that is not written beside its URL.
enum class VariableOfName { none, upper, upper_underscored, upper_snake }; // NAME_API_KEY

// A key alone is one for OpenAI's own URL, or nothing. For OpenAI's own only where nothing of that
// host says another URL that it could belong to (lone_keys.hpp).
enum class WithoutUrl { no_gateway, openai };

enum class Lists { none, semicolons }; // several URLs and keys in one text, the N-th for the N-th

// Where gateways stand in a file. What is called api_key, key_env and the like there, in any
// spelling (common/written_gateway.cpp), is looked for without being named here; not so where a
// scope is a whole file, in which such a name may be about anything.
struct Scope {
  std::string_view in;       // path of what holds URL and key; empty: the whole file
  std::string_view url;      // members
  std::string_view key = {}; // members: the key, a reference to it, or a mapping with `source`
  std::string_view key_variable = {};     // members: the name of the variable that holds it
  std::string_view name = {};             // members; else its name in `in`, else the host's
  std::string_view headers = {};          // members: a mapping of headers
  std::string_view header_variables = {}; // members: a mapping of headers to names of variables
  std::string_view url_end = {};          // members: what belongs behind the URL
  std::string_view stored_as = {}; // in the host's store of keys: "*", its name; "=TEXT"; members
  std::string_view stored_if = {}; // as only_if, of what has the stored key for its own
  // Paths of the names of what is in use, from the top of the file: "model_provider". Where they
  // name another than OpenAI, a key alone is not OpenAI's; of several entries that have one stored
  // key those are meant that they name.
  std::string_view chosen_by = {};
  VariableOfName variable_of_name = VariableOfName::none;
  std::string_view only_if = {}; // "type=openai|local": the member has one of these texts, or none
  std::string_view not_named = {}; // "anthropic|google"
  // "oauth=why": what has this member cannot be used, in words. Several: separated by '|'.
  std::string_view unusable_with = {};
  std::string_view no_url = {}; // a text that stands for no URL
  std::string_view no_key = {}; // and one for no key
  WithoutUrl without_url = WithoutUrl::no_gateway;
  Lists lists = Lists::none;
};

// A file of a host. Without a path: it lies nowhere in particular, and is read where limn.yaml
// names it.
struct HostFile {
  std::string_view path;
  Format format;
  std::span<const Scope> scopes;
  // "set-env=why": with this member it may say a URL where limn does not see it, so that a key
  // alone is not OpenAI's. Several: separated by '|'.
  std::string_view unsure_with = {};
};

// What the host keeps keys in, besides.
struct KeyStore {
  std::string_view path;
  Format format = Format::json;
  std::string_view key = {};     // member of an entry that is the key; empty: the entry itself
  std::string_view only_if = {}; // as of a scope, of an entry
};

enum class Wins { environment, file }; // where a variable is set in both

struct Host {
  std::string_view id; // [a-z][a-z0-9_]*
  std::span<const HostFile> files;
  std::string_view variables = {}; // path of its .env
  Wins wins = Wins::environment;
  std::string_view own_variables = {}; // members of a file: mappings that it sets variables with
  // Whether such a mapping is for its own file only; else the last file that sets one wins.
  enum class Reaches { own_file, all_files } own_variables_reach = Reaches::own_file;
  KeyStore store = {};
  bool follows_files = false; // {file:PATH}
  bool is_anyones = false; // its files belong to programs that have nothing to do with each other
  // Hermes alone is read by code of its own, which config_yaml has, too.
  enum class Reader { rows, hermes } reader = Reader::rows;
};

std::span<const Host> hosts();

// Nothing if there is none of that id.
const Host* host_named(std::string_view id);

} // namespace limn::ai_hosts
