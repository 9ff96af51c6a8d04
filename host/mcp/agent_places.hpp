#pragma once

#include "mcp/tools.hpp"
#include "settings/settings.hpp"
#include "work/places.hpp"

namespace limn {

// Where an agent may have files written and read: output.directory, or ~/Pictures/limn; the folder
// that its host started the server in, unless that is / or the home folder; what limn.yaml adds;
// and for reading ~/Pictures and ~/Downloads, too.
Places agent_places(const Settings& settings, const McpClient& client);

} // namespace limn
