#pragma once

#include "settings/settings.hpp"
#include "work/places.hpp"

namespace limn {

// Where agents may have files written and read: output.directory, or ~/Pictures/limn; the folder
// that the server was started in, unless that is / or the home folder; what limn.yaml adds; and for
// reading ~/Pictures and ~/Downloads, too.
Places agent_places(const Settings& settings);

} // namespace limn
