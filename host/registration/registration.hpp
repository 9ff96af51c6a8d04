#pragma once

#include "registration/host_table.hpp"

#include <optional>

namespace limn {

enum class Registered {
  no,
  yes,
  otherwise,  // limn is there, with another command
  unreadable, // nobody can tell
};

std::string_view to_string(Registered registered);

struct RegistrationLook {
  Registered registered = Registered::no;
  std::string problem; // why it is unreadable, or that it is there and switched off
};

// Whether limn is registered in a host's file as it would be by `write_registration`.
RegistrationLook look_for_registration(const McpHost& host, const ServerCommand& server);

// What would stand in a file that holds nothing else.
std::string registration_text(const McpHost& host, const ServerCommand& server);

// What was done to a host's file.
struct RegistrationChange {
  Presence was = Presence::absent; // `same`: nothing was written
  std::optional<std::filesystem::path> backup;
};

// Puts limn into a host's file, or takes it out again. All else of the file stays as it is; what it
// was is kept beside it. A file that cannot be read, or has something else in limn's place, is left
// alone: FailureClass::settings, with what is to be put there as `details`.
Result<RegistrationChange> write_registration(const McpHost& host, const ServerCommand& server);
Result<RegistrationChange> remove_registration(const McpHost& host, const ServerCommand& server);

} // namespace limn
