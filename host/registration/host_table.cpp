#include "registration/host_table.hpp"

#include "base/paths.hpp"
#include "registration/json_text.hpp"

#include <array>
#include <cstdlib>
#include <system_error>

namespace limn {

namespace {

namespace fs = std::filesystem;

// An image may take minutes; what a host does not wait for is told of later (`image_job`).
constexpr const char* k_seconds = "600";
constexpr const char* k_milliseconds = "600000";
constexpr const char* k_startup_seconds = "30";
constexpr const char* k_startup_milliseconds = "30000";

fs::path in_home(std::string_view path)
{
  const auto home = home_folder();
  return home.empty() ? home : home / path;
}

// `$variable/file`, or that below the home folder.
fs::path in_folder_of(const char* variable, std::string_view otherwise, std::string_view file)
{
  const char* const folder = std::getenv(variable);
  const auto named = absolute_path(folder != nullptr ? folder : "");
  const auto place = named ? *named : in_home(otherwise);
  return place.empty() ? place : place / file;
}

fs::path in_xdg_config(std::string_view path)
{
  const auto folder = xdg_folder("XDG_CONFIG_HOME", ".config");
  return folder.empty() ? folder : folder / path;
}

fs::path claude_code_file()
{
  const char* const folder = std::getenv("CLAUDE_CONFIG_DIR");
  return folder != nullptr && absolute_path(folder) ? *absolute_path(folder) / ".claude.json"
                                                    : in_home(".claude.json");
}

fs::path claude_desktop_file()
{
  return in_xdg_config("Claude/claude_desktop_config.json");
}

fs::path codex_file()
{
  return in_folder_of("CODEX_HOME", ".codex", "config.toml");
}

fs::path cursor_file()
{
  return in_home(".cursor/mcp.json");
}

fs::path vscode_file()
{
  std::error_code error;
  const auto folder = fs::current_path(error);
  return error ? fs::path() : folder / ".vscode/mcp.json";
}

// Whether a file of opencode has limn, in either of its shapes.
bool has_limn(const JsonNode* mcp)
{
  const auto* servers = mcp != nullptr ? mcp->find("servers") : nullptr;
  return mcp != nullptr
         && (mcp->find("limn") != nullptr
             || (servers != nullptr && servers->find("limn") != nullptr));
}

bool has_limn(const fs::path& file)
{
  const auto config = read_config_text(file);
  const auto root = config ? read_json_text(config->text) : Result<JsonNode>(fail(config.error()));
  return root && has_limn(root->find("mcp"));
}

// It reads both, the one with comments last: the one that is there, or that has limn already.
fs::path opencode_file()
{
  const char* const named = std::getenv("OPENCODE_CONFIG");
  if (const auto file = absolute_path(named != nullptr ? named : "")) {
    return *file;
  }
  const auto with_comments = in_xdg_config("opencode/opencode.jsonc");
  const auto plain = in_xdg_config("opencode/opencode.json");
  std::error_code error;
  const bool is_in_plain =
    !fs::exists(with_comments, error) || (!has_limn(with_comments) && has_limn(plain));
  return is_in_plain ? plain : with_comments;
}

fs::path hermes_file()
{
  return in_folder_of("HERMES_HOME", ".hermes", "config.yaml");
}

fs::path openclaw_file()
{
  const auto named = [](const char* variable) {
    const char* const value = std::getenv(variable);
    return absolute_path(value != nullptr ? value : "");
  };
  if (const auto file = named("OPENCLAW_CONFIG_PATH")) {
    return *file;
  }
  const auto home = named("OPENCLAW_HOME");
  return home && !named("OPENCLAW_STATE_DIR")
           ? *home / ".openclaw/openclaw.json"
           : in_folder_of("OPENCLAW_STATE_DIR", ".openclaw", "openclaw.json");
}

fs::path goose_file()
{
  const char* const root = std::getenv("GOOSE_PATH_ROOT");
  return root != nullptr && fs::path(root).is_absolute() ? fs::path(root) / "config/config.yaml"
                                                         : in_xdg_config("goose/config.yaml");
}

fs::path copilot_file()
{
  return in_folder_of("COPILOT_HOME", ".copilot", "mcp-config.json");
}

EntryMember command_of(const ServerCommand& server)
{
  return {"command", json_string(server.command)};
}

EntryMember arguments_of(const ServerCommand& server)
{
  return {"args", json_list(server.arguments)};
}

EntryMember theirs(std::string name, std::string value)
{
  return {std::move(name), std::move(value), Owner::theirs};
}

Entry claude_code_entry(const ServerCommand& server, std::string_view)
{
  return {{"mcpServers", "limn"},
          {theirs("type", "\"stdio\""), command_of(server), arguments_of(server),
           theirs("timeout", k_milliseconds)}};
}

// Its timeout cannot be set.
Entry claude_desktop_entry(const ServerCommand& server, std::string_view)
{
  return {{"mcpServers", "limn"}, {command_of(server), arguments_of(server)}};
}

Entry codex_entry(const ServerCommand& server, std::string_view)
{
  return {{"mcp_servers", "limn"},
          {command_of(server), arguments_of(server),
           theirs("startup_timeout_sec", k_startup_seconds),
           theirs("tool_timeout_sec", k_seconds)}};
}

Entry vscode_entry(const ServerCommand& server, std::string_view)
{
  return {{"servers", "limn"},
          {theirs("type", "\"stdio\""), command_of(server), arguments_of(server)}};
}

// Version 2 reads what version 1 reads, and has a shape of its own besides, with which it is gone
// on where a file has it: its servers are one level deeper. Limn stays where it is, if only there.
bool has_opencode_2_shape(std::string_view text)
{
  const auto root = read_json_text(text);
  const auto* mcp = root ? root->find("mcp") : nullptr;
  if (mcp != nullptr && mcp->find("limn") != nullptr) {
    return false;
  }
  const auto* servers = mcp != nullptr ? mcp->find("servers") : nullptr;
  return servers != nullptr && servers->kind == JsonNode::Kind::object
         && servers->find("command") == nullptr && servers->find("url") == nullptr;
}

Entry opencode_entry(const ServerCommand& server, std::string_view text)
{
  auto words = server.arguments;
  words.insert(words.begin(), server.command);
  const EntryMember command{"command", json_list(words)};
  if (has_opencode_2_shape(text)) {
    return {{"mcp", "servers", "limn"},
            {theirs("type", "\"local\""), command,
             theirs("timeout", std::string("{\"startup\": ") + k_startup_milliseconds
                                 + ", \"request\": " + k_milliseconds + "}")}};
  }
  return {{"mcp", "limn"},
          {theirs("type", "\"local\""), command, theirs("enabled", "true"),
           theirs("timeout", k_milliseconds)}};
}

Entry hermes_entry(const ServerCommand& server, std::string_view)
{
  return {{"mcp_servers", "limn"},
          {command_of(server), arguments_of(server), theirs("timeout", k_seconds)}};
}

Entry openclaw_entry(const ServerCommand& server, std::string_view)
{
  return {{"mcp", "servers", "limn"},
          {command_of(server), arguments_of(server), theirs("requestTimeoutMs", k_milliseconds)}};
}

Entry goose_entry(const ServerCommand& server, std::string_view)
{
  return {{"extensions", "limn"},
          {theirs("name", "\"limn\""),
           theirs("type", "\"stdio\""),
           {"cmd", json_string(server.command)},
           arguments_of(server),
           theirs("enabled", "true"),
           theirs("timeout", k_seconds)}};
}

Entry copilot_entry(const ServerCommand& server, std::string_view)
{
  return {{"mcpServers", "limn"},
          {theirs("type", "\"local\""), command_of(server), arguments_of(server),
           theirs("tools", "[\"*\"]"), theirs("timeout", k_milliseconds)}};
}

constexpr std::string_view k_new_session = "it is there from the next session on";

// Sources, as of November 2026: code.claude.com/docs/en/mcp; modelcontextprotocol.io (user
// quickstart); developers.openai.com/codex/mcp; cursor.com/docs (mcp);
// code.visualstudio.com/docs/agents/reference/ mcp-configuration; opencode.ai/v1/docs/mcp-servers,
// opencode.ai/docs/mcp-servers and migrate-v1; hermes-agent.nousresearch.com/docs (features/mcp);
// docs.openclaw.ai/cli/mcp/registry; block.github.io/goose/docs/guides/config-files;
// docs.github.com (copilot-cli, add-mcp-servers) and the MCPServerConfigBase of github/copilot-sdk.
constexpr std::array<McpHost, 10> k_hosts{{
  {"claude-code", "Claude Code", ConfigFormat::json, ReadableBy::owner, claude_code_file,
   claude_code_entry, k_new_session},
  {"claude-desktop", "Claude Desktop", ConfigFormat::json, ReadableBy::owner, claude_desktop_file,
   claude_desktop_entry, "quit Claude Desktop and start it again"},
  {"codex", "Codex", ConfigFormat::toml, ReadableBy::owner, codex_file, codex_entry, k_new_session},
  {"cursor", "Cursor", ConfigFormat::json, ReadableBy::owner, cursor_file, claude_desktop_entry,
   "switch it on in Cursor's settings, under MCP, if it is not"},
  {"vscode", "VS Code", ConfigFormat::json_with_comments, ReadableBy::umask, vscode_file,
   vscode_entry, "that is for this folder alone; VS Code asks once whether it may start it"},
  {"opencode", "opencode", ConfigFormat::json_with_comments, ReadableBy::owner, opencode_file,
   opencode_entry, k_new_session},
  {"hermes", "Hermes", ConfigFormat::yaml, ReadableBy::owner, hermes_file, hermes_entry,
   k_new_session},
  {"openclaw", "OpenClaw", ConfigFormat::json5, ReadableBy::owner, openclaw_file, openclaw_entry,
   "`openclaw mcp doctor limn --probe` tells whether it answers"},
  {"goose", "goose", ConfigFormat::yaml, ReadableBy::owner, goose_file, goose_entry, k_new_session},
  {"copilot", "Copilot CLI", ConfigFormat::json, ReadableBy::owner, copilot_file, copilot_entry,
   k_new_session},
}};

} // namespace

std::string_view to_string(ConfigFormat format)
{
  return format == ConfigFormat::toml ? "toml" : format == ConfigFormat::yaml ? "yaml" : "json";
}

std::span<const McpHost> mcp_hosts()
{
  return k_hosts;
}

} // namespace limn
