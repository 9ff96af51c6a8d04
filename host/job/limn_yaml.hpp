#pragma once

#include "base/redaction.hpp"
#include "engine/engine_host.hpp"

#include <string>
#include <vector>

namespace limn {

// The limn.yaml that a user begins with.
struct FirstLimnYaml {
  std::string text;
  std::vector<std::string> gateways; // names of those that stand in it
  std::size_t told = 0;              // so many others are told of in comments, found anyway
};

// The commented settings with the gateways that were found: those of the environment, with the
// names of the variables that hold their keys; of all others a comment says where they are, and
// they go on being found there. No key is in it, and whoever reads it finds the same gateways as
// without.
FirstLimnYaml first_limn_yaml(EngineHost& host, const Redactor& redactor);

// The same without a look at gateways.
FirstLimnYaml first_limn_yaml();

// That the file is there already, and what to do.
Failure limn_yaml_is_there(const std::filesystem::path& file);

// Makes the file, readable by its owner alone, and the folders above it. Never in the place of what
// has that name: FailureClass::usage.
Done make_limn_yaml(const std::filesystem::path& file, const std::string& text);

// What is wrong with the settings in a file, as limn itself would say when it reads them;
// preferences aside. Its warnings are told to `log`.
Done check_limn_yaml(const std::filesystem::path& file, Log& log);

} // namespace limn
