#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace limn::host_files {

// The value of a variable, or nothing if it is not set.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

// A value after its references to variables have been followed.
struct Resolved {
  std::string text;        // empty if `unresolved` or `is_command`
  std::string unresolved;  // the first reference that leads nowhere, as written
  bool is_command = false; // only a command that would have to be run could tell the value

  bool ok() const { return unresolved.empty() && !is_command; }
};

// What references can reach: variables, and, where `file` is set, the text of files by the path
// that is written. What leads out of there is unresolved.
struct Reach {
  Lookup variable;
  Lookup file;
};

// Follows ${NAME}, ${NAME:-default}, ${NAME:?words}, ${{ secrets.NAME }}, $NAME (capitals),
// {env:NAME} and {file:PATH} anywhere in `value`, and $name, os.environ/NAME, env:NAME and env.NAME
// if they are all of it. What a variable or a file holds is taken as it is. An empty one counts as
// unset.
Resolved resolve(std::string_view value, const Reach& reach);

// A reference as it may be shown. Only a name in capitals is taken for one: a key may stand where
// the name belongs ("${sk-...}", shown as "${...}"), and behind a dollar sign that is a part of it.
std::string shown_reference(std::string_view written);

// The same of a secret, whose text around a reference is not shown, nor what may be a part of it:
// the reference only where it is all of `secret`.
std::string shown_reference_of_secret(std::string_view secret, std::string_view written);

// A URL with a reference that leads nowhere, as it may be shown: up to its host.
std::string shown_url(std::string_view url, std::string_view written);

// The KEY=VALUE lines of a .env file: comments, `export` and quotes are taken off; nothing is
// expanded. The last of several lines for one key wins.
std::map<std::string, std::string, std::less<>> parse_env_file(std::string_view content);

} // namespace limn::host_files
