#pragma once

#include "base/result.hpp"
#include "engine/named_things.hpp"
#include "job/session.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace limn {

// How limn was called, but for what one command has of its own.
struct Invocation {
  Redactor& redactor;
  Terminal& terminal;
  Out& out;
  const GlobalOptions& global;
  std::vector<std::string> words; // as they were given, without the name of the program
};

// A word of the command line that does something, or has words of its own. What its options are
// read into lives in its two functions.
struct Command {
  std::string name;
  std::string description;

  // Called once the command is known to be the one: its options cost no other command anything.
  std::function<void(CLI::App& app)> add_options;

  // Prints the result and returns the exit status. A failure is reported by the caller. Empty: one
  // of its words must follow.
  std::function<Result<int>(const Invocation&)> run;

  std::vector<Command> words;

  // limn's own: no help lists it.
  bool is_hidden = false;

  // Command lines, each told at the end of its help.
  std::vector<std::string> examples;
};

// Which of the things that settings and the command line name have to be there.
struct Needs {
  Needed what = Needed::all;
  std::vector<std::string> providers; // named on the command line
  Memory memory = Memory::kept;
};

// Opens the session and sees to it that all that is named is there, before anybody is asked.
Result<std::unique_ptr<Session>> open_session(const Invocation& invocation, const Needs& needs);

// The same without a look at what is named.
Result<std::unique_ptr<Session>> open_session(const Invocation& invocation);

} // namespace limn
