#pragma once

#include "registration/host_table.hpp"

#include <optional>
#include <utility>

namespace limn {

// How a host's file says that limn is started there.
struct RegisteredServer {
  enum class State { on, off };

  std::string command; // empty: it says none
  std::vector<std::string> arguments;
  // What it gets besides what the host hands on. There may be keys in it: it is for a process that
  // is started with it, and for nothing that is told.
  std::vector<std::pair<std::string, std::string>> environment;
  State state = State::on;
};

// None where it is not there, or is another's. Failures are of class settings and name the file.
// A value that refers to a variable of ours ("${NAME}") has what that says here.
Result<std::optional<RegisteredServer>> registered_server(const McpHost& host);

} // namespace limn
