// LIMN_PLUGIN: the one symbol that a plugin exports.
#pragma once

#include <limn/abi.h>

// Once in a plugin, at namespace scope: its name, version and vendor, then its components.
#define LIMN_PLUGIN(NAME, VERSION, VENDOR, ...)                                                    \
  namespace {                                                                                      \
  constexpr limn_component limn_plugin_components[] = {__VA_ARGS__};                               \
  uint32_t limn_plugin_component_count() noexcept                                                  \
  {                                                                                                \
    return sizeof limn_plugin_components / sizeof limn_plugin_components[0];                       \
  }                                                                                                \
  const limn_component* limn_plugin_component_at(uint32_t index) noexcept                          \
  {                                                                                                \
    return index < limn_plugin_component_count() ? &limn_plugin_components[index] : nullptr;       \
  }                                                                                                \
  }                                                                                                \
  const limn_entry limn_entry_v1 = {sizeof(limn_entry),                                            \
                                    LIMN_ABI_MINOR,                                                \
                                    0,                                                             \
                                    0,                                                             \
                                    LIMN_STR(NAME),                                                \
                                    LIMN_STR(VERSION),                                             \
                                    LIMN_STR(VENDOR),                                              \
                                    LIMN_STR("C++ " __VERSION__),                                  \
                                    limn_plugin_component_count,                                   \
                                    limn_plugin_component_at};
