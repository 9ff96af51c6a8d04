#pragma once

#include "base/result.hpp"
#include "isolation/wire.hpp"
#include "plugin/component_check.hpp"

#include <string_view>
#include <vector>

// What a plugin carries, as its process tells limn (Told::listed).

namespace limn {

// --- There ---

MessageWriter list_of(const Result<std::vector<CheckedComponent>>& components);

// --- Here ---

struct Listed {
  ComponentRecord record; // without file and isolation
  bool can_cancel = false;
  bool has_terms = false;
};

// Its process has checked all that, but a plugin may speak for its process: texts are fit for
// people, what is ready has an id and is a provider or a config source, and there are at most 64.
// Fails as load_plugin and check_components did there (settings), or where it makes no sense
// (internal).
Result<std::vector<Listed>> read_list(std::string_view told);

} // namespace limn
