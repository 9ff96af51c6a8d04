#include "cli/version_report.hpp"

#include "base/json_writer.hpp"
#include "base/libunistring_version.hpp"
#include "cli/build_commit.hpp"
#include "http/http_libraries.hpp"
#include "isolation/lockdown.hpp"
#include "job/paths.hpp"
#include "memory/history.hpp"
#include "memory/sqlite_version.hpp"
#include "plugin/contract_range.hpp"
#include "plugin/search.hpp"
#include "sandbox/png.hpp"
#include "serve/thumbnails.hpp"
#include "settings/load.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

std::vector<LibraryVersion> libraries()
{
  auto all = http_libraries();
  all.insert(all.end(), {{"SQLite", sqlite_version()},
                         {"libpng", sandbox::libpng_version()},
                         {"libseccomp", libseccomp_version()},
                         {"libunistring", libunistring_version()},
                         {"Boost", LIMN_BOOST_VERSION},
                         {"CLI11", LIMN_CLI11_VERSION},
                         {"RapidJSON", LIMN_RAPIDJSON_VERSION},
                         {"fmt", LIMN_FMT_VERSION},
                         {"toml++", LIMN_TOMLPLUSPLUS_VERSION},
                         {"yaml-cpp", LIMN_YAML_CPP_VERSION}});
  return all;
}

void write_libraries(JsonWriter& json)
{
  json.key("libraries");
  json.begin_object();
  for (const auto& library : libraries()) {
    json.member(library.name, library.version);
  }
  json.end_object();
}

void write_contract(JsonWriter& json)
{
  const auto& contracts = k_accepted_contracts;
  const auto newest = fmt::format("{}.{}", contracts.major, contracts.newest_minor);
  json.key("contract");
  json.begin_object();
  json.member("version", newest);
  json.key("accepted");
  json.begin_object();
  json.member("from", fmt::format("{}.{}", contracts.major, contracts.oldest_minor));
  json.member("to", newest);
  json.end_object();
  json.end_object();
}

std::vector<std::filesystem::path> plugin_folders(const SettingsFiles& files)
{
  std::vector<std::string> warnings;
  const auto settings = load_settings(files, warnings);
  return plugin_directories(settings ? settings->plugin_directories
                                     : std::vector<std::filesystem::path>(),
                            installed_plugin_folder());
}

void write_paths(JsonWriter& json, const SettingsFiles& files)
{
  json.key("paths");
  json.begin_object();
  json.path_member("limn_yaml", files.limn_yaml);
  json.path_member("preferences", files.preferences);
  json.path_member("state", state_folder());
  json.path_member("history", history_file(state_folder()));
  json.path_member("cache", cache_folder());
  json.path_member("libexec", viewer_file().parent_path());
  json.key("plugins");
  json.begin_array();
  for (const auto& folder : plugin_folders(files)) {
    json.path(folder);
  }
  json.end_array();
  json.end_object();
}

} // namespace

int report_version(const Invocation& invocation)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.member("version", LIMN_VERSION);
  json.member("commit", commit_of_build());
  write_contract(json);
  write_libraries(json);
  write_paths(json, settings_files(invocation.global));
  json.end_object();
  invocation.out.json(json);
  return 0;
}

} // namespace limn
