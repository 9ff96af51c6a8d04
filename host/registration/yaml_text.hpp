#pragma once

#include "settings/yaml_document.hpp"

namespace limn {

// A host's text of YAML, without a byte-order mark. Stricter than its reader in one point: that one
// takes what the text ends in for a key also where it is none, such as all that stands behind a
// quote that does not end. Failures are of class settings, "line 3, column 5: what", and quote
// nothing.
Result<YamlDocument> read_yaml_text(std::string_view text);

} // namespace limn
