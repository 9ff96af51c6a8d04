#pragma once

#include "base/result.hpp"
#include "http_server/http_server.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// Whether who asks needs a key of limn's own. Whoever asks by a unix socket and is this user (or
// root) needs none.
enum class KeyUse { required, none };

// What is said of a server when it is started.
struct ServeOptions {
  // Where it listens. With none of these: at k_serve_port of 127.0.0.1, and of ::1 if there is one.
  std::optional<std::uint16_t> port;  // 0: any free one
  std::vector<std::string> addresses; // in numbers, or "localhost"
  std::filesystem::path socket_file;  // absolute; alone, there is no address
  std::vector<int> descriptors;       // that were handed over; likewise

  KeyUse keys = KeyUse::required;
  std::vector<std::string> hosts; // these two as AccessRules has them
  std::vector<std::string> origins;
};

inline constexpr std::uint16_t k_serve_port = 8484;

// The sockets that a service manager handed to this process. Takes what tells of them out of the
// environment, so that the processes that draw do not take them for theirs: before there is another
// thread.
std::vector<int> take_handed_over();

// Where such a server listens, and how long it waits for clients.
ServerOptions http_options_of(const ServeOptions& options);

// Whether without a key nobody but this machine could ask at these addresses. FailureClass::usage.
Done check_keyless(const std::vector<std::string>& addresses);

} // namespace limn
