#pragma once

#include "registration/config_file.hpp"
#include "registration/entry.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// JSON by what the host reads of it.
enum class ConfigFormat { json, json_with_comments, json5, toml, yaml };

// "json", "toml" or "yaml".
std::string_view to_string(ConfigFormat format);

// How a host starts limn's server: the command by its absolute path, since a host's PATH is not
// that of a shell.
struct ServerCommand {
  std::string command;
  std::vector<std::string> arguments;
};

// A program that starts MCP servers, and where it wants to be told of them.
struct McpHost {
  std::string_view id;    // "claude-code"
  std::string_view title; // "Claude Code"
  ConfigFormat format;
  ReadableBy readers;

  // Its file; empty where there is no home folder.
  std::filesystem::path (*file)();

  // What is to stand in it; `text` is what it holds, for hosts that take more than one shape.
  Entry (*entry)(const ServerCommand& server, std::string_view text);

  std::string_view note; // what is to be done after it was written
};

// All of them, in the order in which they are listed.
std::span<const McpHost> mcp_hosts();

} // namespace limn
