#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace limn::config_yaml {

// The value of a variable, or nothing if it is not set.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

// A value after its references to variables have been followed.
struct Resolved {
  std::string text;        // empty if `unresolved` or `is_command`
  std::string unresolved;  // the first reference that leads nowhere, as written
  bool is_command = false; // only a command that would have to be run could tell the value

  bool ok() const { return unresolved.empty() && !is_command; }
};

// Follows ${NAME}, ${NAME:-default}, ${{ secrets.NAME }} and $NAME (capitals) anywhere in `value`,
// and $name, {env:NAME}, os.environ/NAME, env:NAME and env.NAME if they are all of it. What a
// variable holds is taken as it is. An empty variable counts as unset.
Resolved resolve(std::string_view value, const Lookup& lookup);

// The KEY=VALUE lines of a .env file: comments, `export` and quotes are taken off; nothing is
// expanded. The last of several lines for one key wins.
std::map<std::string, std::string, std::less<>> parse_env_file(std::string_view content);

} // namespace limn::config_yaml
