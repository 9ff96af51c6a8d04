#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Whose a member of an entry is that is there already: `ours` is set anew, `theirs` is what a user
// may have changed, and stays.
enum class Owner { ours, theirs };

// A member of what a host's file says of a server. Its value is JSON on one line, which TOML and
// YAML read alike as long as there is no map in it.
struct EntryMember {
  std::string name;
  std::string value;
  Owner owner = Owner::ours;
};

// What is to stand in a host's file, and where: {"mcp", "servers", "limn"}.
struct Entry {
  std::vector<std::string> place;
  std::vector<EntryMember> members;
};

enum class Presence {
  absent,
  same,  // nothing is to be done
  other, // it is there, and says something else
};

// What an editor makes of a file's text.
struct Edit {
  Presence was = Presence::absent;
  std::string text; // the new one; that of before where nothing is to be done
};

// One format's editor. Each keeps all else of the text as it is, comments, order, blanks, ends of
// lines and a byte-order mark, and looks at what it has made before it gives it away. Failures are
// of class settings and say why the text was left alone: it cannot be read, or has something else
// where the entry would go.
Result<Edit> put_json(std::string_view text, const Entry& entry);
Result<Edit> put_toml(std::string_view text, const Entry& entry);
Result<Edit> put_yaml(std::string_view text, const Entry& entry);

// The same without the entry, unless it is not limn's. `Edit::was` is `absent` where there was
// none, else `other`.
Result<Edit> cut_json(std::string_view text, const Entry& entry);
Result<Edit> cut_toml(std::string_view text, const Entry& entry);
Result<Edit> cut_yaml(std::string_view text, const Entry& entry);

// Whether a command, or its path, is limn: an entry that starts anything else is somebody else's,
// whatever its name.
bool is_limn(std::string_view command);

// The member that says which command is started: a string, or a list that begins with it.
const EntryMember& command_member(const Entry& entry);

// Why an entry is left alone that is there.
tl::unexpected<Failure> not_limns(const Entry& entry);
tl::unexpected<Failure> is_elsewhere(const Entry& entry);
tl::unexpected<Failure> has_comments(const Entry& entry, std::string_view member);

// Whether a member of that name says where a server is that no command starts: such an entry is not
// limn's to make one of its own of.
bool is_remote(std::string_view member);

// Behind the byte-order mark, if there is one: it is no column of its line.
std::string_view without_mark(std::string_view text);

// `text` as a string of JSON, TOML and YAML. It is UTF-8.
std::string json_string(std::string_view text);

// "[a, b]" of such.
std::string json_list(const std::vector<std::string>& texts);

// A piece of a text that gives way to another.
struct Replacement {
  std::size_t begin;
  std::size_t end;
  std::string by;
};

// They do not overlap; those at one place go in their order.
std::string with_replacements(std::string_view text, std::vector<Replacement> replacements);

// How lines end in `text`: as its first one does.
std::string_view line_end_of(std::string_view text);

// `lines`, which end in "\n", with another end.
std::string with_line_ends(std::string_view lines, std::string_view line_end);

} // namespace limn
