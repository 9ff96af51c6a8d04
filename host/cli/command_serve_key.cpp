#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "serve/local_keys.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <string>

namespace limn {

namespace {

std::filesystem::path keys_file(const Invocation& invocation)
{
  return local_keys_file(settings_files(invocation.global));
}

// The key is told here and never again: it goes out as it is.
Result<int> make_key(const Invocation& invocation, const std::string& name)
{
  LIMN_TRY_ASSIGN(const auto key, make_local_key(keys_file(invocation), name));
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("name", name);
    json.member("local_key", key.reveal());
    json.end_object();
    invocation.out.json(json);
  } else {
    invocation.out.line(key.reveal());
    invocation.terminal.say(LogLevel::info,
                            "it is shown this once: limn keeps only its digest. Give it to the "
                            "program as its API key");
  }
  return 0;
}

Result<int> list_keys(const Invocation& invocation)
{
  LIMN_TRY_ASSIGN(const auto keys, read_local_keys(keys_file(invocation)));
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("keys");
  json.begin_array();
  const bool as_text = invocation.global.format == ReportFormat::text;
  for (const auto& key : keys) {
    json.begin_object();
    json.member("name", key.name);
    json.member("created", key.created);
    json.end_object();
    if (as_text) {
      invocation.out.line(fmt::format("{:<24} {}", key.name, key.created));
    }
  }
  json.end_array();
  json.end_object();
  if (!as_text) {
    invocation.out.json(json);
  } else if (keys.empty()) {
    invocation.terminal.say(LogLevel::info, "there is none; limn serve key new NAME makes one");
  }
  return 0;
}

Result<int> revoke_key(const Invocation& invocation, const std::string& name)
{
  LIMN_TRY(revoke_local_key(keys_file(invocation), name));
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.end_object();
    invocation.out.json(json);
  } else {
    invocation.terminal.say(LogLevel::info,
                            fmt::format("{} opens nothing any more, from now on", name));
  }
  return 0;
}

Command new_key_command()
{
  const auto name = std::make_shared<std::string>();
  Command command{"new", "make a key for a program, and print it this once"};
  command.examples = {"limn serve key new my-program"};
  command.add_options = [name](CLI::App& app) {
    app.add_option("name", *name, "what you call the program")->required();
  };
  command.run = [name](const Invocation& invocation) { return make_key(invocation, *name); };
  return command;
}

Command list_keys_command()
{
  Command command{"list", "list the keys that were made, by their names"};
  command.examples = {"limn serve key list"};
  command.run = list_keys;
  return command;
}

Command revoke_key_command()
{
  const auto name = std::make_shared<std::string>();
  Command command{"revoke", "take a key back, also from a server that runs"};
  command.examples = {"limn serve key revoke my-program"};
  command.add_options = [name](CLI::App& app) {
    app.add_option("name", *name, "as it was made")->required();
  };
  command.run = [name](const Invocation& invocation) { return revoke_key(invocation, *name); };
  return command;
}

} // namespace

Command serve_key_command()
{
  Command command{"key", "the keys that programs need to use limn serve"};
  command.examples = {"limn serve key new my-program", "limn serve key list"};
  command.words = {new_key_command(), list_keys_command(), revoke_key_command()};
  return command;
}

} // namespace limn
