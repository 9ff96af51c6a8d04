#pragma once

#include "settings/value.hpp"

#include <string>

namespace limn {

// What stands under `mcp:`.

Done read_mcp_wait(const Value& value, Settings& settings);
std::string show_mcp_wait(const Settings& settings);

// An amount of US dollars, or none.
Result<std::optional<NanoUsd>> read_dollars(const Value& value);
std::string dollars_text(std::optional<NanoUsd> amount);

// A list of absolute directories, such as `example`.
Result<std::vector<std::filesystem::path>> read_directories(const Value& value,
                                                            const std::string& example);
std::string directories_text(const std::vector<std::filesystem::path>& directories);

// --- Inline implementations ---

template <std::optional<NanoUsd> McpSettings::*amount>
Done read_mcp_cost(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.mcp.*amount, read_dollars(value));
  return {};
}

template <std::optional<NanoUsd> McpSettings::*amount>
std::string show_mcp_cost(const Settings& settings)
{
  return dollars_text(settings.mcp.*amount);
}

template <std::vector<std::filesystem::path> McpSettings::*directories>
Done read_mcp_directories(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.mcp.*directories, read_directories(value, "~/work"));
  return {};
}

template <std::vector<std::filesystem::path> McpSettings::*directories>
std::string show_mcp_directories(const Settings& settings)
{
  return directories_text(settings.mcp.*directories);
}

} // namespace limn
