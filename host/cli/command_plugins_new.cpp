#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/option_checks.hpp"
#include "job/paths.hpp"
#include "model/component_id.hpp"
#include "new_plugin/templates.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace limn {

namespace {

struct NewPluginOptions {
  std::string name;
  std::string kind = "provider";   // or "config-source"
  std::filesystem::path directory; // empty: ./NAME
};

namespace fs = std::filesystem;

constexpr std::size_t k_max_name = 64; // of an id; see abi.h
constexpr mode_t k_file_mode = 0644;   // less what the umask takes

using Replacements = std::vector<std::pair<std::string_view, std::string>>;

constexpr bool is_small(char c)
{
  return c >= 'a' && c <= 'z';
}

constexpr bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

bool is_name(std::string_view name)
{
  return is_component_id(name) && name.size() <= k_max_name;
}

// Names that CMake keeps for targets and packages of its own, and ours.
bool is_taken(std::string_view name)
{
  constexpr std::array<std::string_view, 12> taken = {
    "all",  "clean",   "depend",         "edit_cache", "help",          "install",
    "limn", "package", "package_source", "preinstall", "rebuild_cache", "test"};
  return std::find(taken.begin(), taken.end(), name) != taken.end();
}

// What was probably meant: "Acme-Art 2" is acme_art_2. Empty if nothing is left of it.
std::string id_like(std::string_view name)
{
  std::string id;
  for (const char c : name) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (is_small(small) || (is_digit(small) && !id.empty())) {
      id += small;
    } else if (!id.empty() && id.back() != '_') {
      id += '_';
    }
  }
  id.resize(std::min(id.size(), k_max_name));
  while (!id.empty() && id.back() == '_') {
    id.pop_back();
  }
  return is_taken(id) ? id + "_images" : id;
}

Done check_name(const std::string& name)
{
  if (is_name(name) && !is_taken(name)) {
    return {};
  }
  auto message = is_taken(name) ? fmt::format("'{}' is a name that CMake or limn uses itself", name)
                 : name.size() > k_max_name
                   ? fmt::format("a plugin's name has at most {} characters", k_max_name)
                   : fmt::format("'{}' is no name for a plugin", name);
  if (const auto suggestion = id_like(name); !suggestion.empty()) {
    message += fmt::format(": did you mean '{}'?", suggestion);
  }
  return fail(FailureClass::usage, std::move(message),
              "small letters, digits and underscores, a letter first: acme_images");
}

// acme_art -> AcmeArt
std::string class_name(std::string_view id)
{
  std::string result;
  bool begins_word = true;
  for (const char c : id) {
    if (c != '_') {
      result += begins_word && is_small(c) ? static_cast<char>(c - 'a' + 'A') : c;
    }
    begins_word = c == '_';
  }
  return result;
}

std::string upper(std::string_view id)
{
  std::string result(id);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return is_small(c) ? static_cast<char>(c - 'a' + 'A') : c; });
  return result;
}

// As the inside of a string of CMake.
std::string in_cmake_quotes(std::string_view text)
{
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"' || c == '$' || c == ';') {
      result += '\\';
    }
    result += c;
  }
  return result;
}

// In one pass: what was filled in is not looked at again.
std::string filled_in(std::string_view text, const Replacements& replacements)
{
  std::string result;
  while (!text.empty()) {
    const auto found =
      std::find_if(replacements.begin(), replacements.end(),
                   [&](const auto& replacement) { return text.starts_with(replacement.first); });
    if (found == replacements.end()) {
      result += text.front();
      text.remove_prefix(1);
    } else {
      result += found->second;
      text.remove_prefix(found->first.size());
    }
  }
  return result;
}

Failure cannot(std::string_view what, const fs::path& path, const std::error_code& error)
{
  return {FailureClass::usage,
          fmt::format("cannot {} {}: {}", what, path.string(), error.message()),
          "name another folder with --directory"};
}

Done make_folder(const fs::path& folder)
{
  std::error_code error;
  const bool is_there = fs::exists(fs::symlink_status(folder, error));
  if (is_there && !(fs::is_directory(folder, error) && fs::is_empty(folder, error))) {
    return fail(FailureClass::usage, fmt::format("{} is there already", folder.string()),
                "nothing is ever written over it: take another name, or --directory DIR");
  }
  fs::create_directories(folder, error);
  if (error) {
    return fail(cannot("make the folder", folder, error));
  }
  return {};
}

Done write_new_file(const fs::path& path, std::string_view content)
{
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, k_file_mode);
  if (file < 0) {
    return fail(cannot("write", path, {errno, std::generic_category()}));
  }
  while (!content.empty()) {
    const auto written = ::write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      const int cause = errno;
      ::close(file);
      return fail(cannot("write", path, {cause, std::generic_category()}));
    }
    content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  if (::close(file) != 0) {
    return fail(cannot("write", path, {errno, std::generic_category()}));
  }
  return {};
}

void print(Out& out, Terminal& terminal, const GlobalOptions& global,
           const NewPluginOptions& command, const fs::path& folder,
           const std::vector<std::string>& files)
{
  if (global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("directory", folder.string());
    json.key("files");
    json.begin_array();
    for (const auto& file : files) {
      json.text(file);
    }
    json.end_array();
    json.end_object();
    out.json(json);
    return;
  }
  out.path(folder);
  terminal.say(LogLevel::info,
               fmt::format("next: cmake -S {} -B b && cmake --build b && ctest --test-dir b",
                           command.directory.empty() ? command.name : command.directory.string()));
}

Result<int> new_plugin(Out& out, Terminal& terminal, const GlobalOptions& global,
                       const NewPluginOptions& command)
{
  LIMN_TRY(check_name(command.name));
  const auto prefix = installed_prefix();
  const Replacements replacements = {{"@LIMN_PREFIX@", in_cmake_quotes(prefix.string())},
                                     {"@LIMN_DOC_DIR@", LIMN_DOC_DIR},
                                     {"acme", command.name},
                                     {"Acme", class_name(command.name)},
                                     {"ACME", upper(command.name)}};
  const auto folder =
    from_here(command.directory.empty() ? fs::path(command.name) : command.directory);
  LIMN_TRY(make_folder(folder));
  std::vector<std::string> files;
  const auto kind =
    command.kind == "config-source" ? NewPluginKind::config_source : NewPluginKind::provider;
  for (const auto& file : template_files(kind)) {
    files.push_back(filled_in(file.path, replacements));
    LIMN_TRY(write_new_file(folder / files.back(), filled_in(file.content, replacements)));
  }
  print(out, terminal, global, command, folder, files);
  if (!fs::exists(prefix / LIMN_PACKAGE_DIR / "limn-config.cmake")) {
    terminal.say(
      LogLevel::warning,
      fmt::format("CMake will not find this limn in {}: install limn-dev where limn came as "
                  "a package, or limn itself, or name another one's prefix with "
                  "-DCMAKE_PREFIX_PATH",
                  prefix.string()));
  }
  return 0;
}

} // namespace

Command new_plugin_command()
{
  const auto options = std::make_shared<NewPluginOptions>();
  Command command{"new", "write a project for a plugin of your own"};
  command.examples = {"limn plugins new acme", "limn plugins new acme --kind config-source"};
  command.add_options = [options](CLI::App& app) {
    app.add_option("name", options->name, "the plugin's name: small letters, digits, underscores")
      ->required();
    app.add_option("--kind", options->kind, "provider or config-source")
      ->type_name("WORD")
      ->check(CLI::IsMember({"provider", "config-source"}))
      ->capture_default_str();
    app
      .add_option("-d,--directory", options->directory,
                  "the folder to write into instead of ./NAME")
      ->type_name("DIR")
      ->check(k_not_empty);
  };
  command.run = [options](const Invocation& invocation) {
    return new_plugin(invocation.out, invocation.terminal, invocation.global, *options);
  };
  return command;
}

} // namespace limn
