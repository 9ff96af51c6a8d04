#pragma once

#include "settings/yaml_document.hpp"

namespace limn {

// A host's text of YAML, without a byte-order mark. Stricter than its reader in one point: that one
// takes a text that ends within quotes, or in a key without a colon. Failures are of class
// settings, "line 3, column 5: what", and quote nothing.
Result<YamlDocument> read_yaml_text(std::string_view text);

} // namespace limn
