#pragma once

#include "settings/settings.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace limn {

// Where the settings lie: limn.yaml is the user's own and never written; preferences.yaml is limn's
// and wins over it.
struct SettingsFiles {
  std::filesystem::path limn_yaml;
  std::filesystem::path preferences;
  bool limn_yaml_required = false; // the user named it: its absence is an error
};

// $XDG_CONFIG_HOME/limn (or ~/.config/limn) with limn.yaml and preferences.yaml in it.
SettingsFiles default_settings_files();

// Reads both files; an absent one is as an empty one. Every complaint is of FailureClass::settings
// and names file, line, column, the key, and, for an unknown key or value, the nearest known one.
// Warnings (a file with keys in it that others can read, with the chmod that helps; a step of
// limn.yaml that preferences.yaml forbids) are put into `warnings`, one line each.
Result<Settings> load_settings(const SettingsFiles& files, std::vector<std::string>& warnings);

// One value as `limn config list` shows it. Keys are never shown: `api_key` reads "[redacted]".
struct SettingValue {
  std::string key;    // "output.directory"
  std::string value;  // as YAML, on one line
  std::string origin; // "default", "limn.yaml:3", "preferences.yaml:1"
};

// Every setting in a fixed order. `step_of`: what follows from a failure class, as limn.yaml says
// and where it says nothing.
std::vector<SettingValue>
list_settings(const Settings& settings,
              const std::function<NextStep(FailureClass)>& step_of = nullptr);

// Writes `key: value` to preferences.yaml, atomically and one process at a time, after checking
// that the key exists, may be set there, and that the value is valid for it. Lists, and text in
// quotes, are read as YAML; any other text is taken as it stands. A relative output.directory is
// made absolute. Makes the folder if needed (mode 0700) and the file (mode 0600).
Done set_preference(const SettingsFiles& files, const std::string& key, const std::string& value);

// Takes `key` out of preferences.yaml. False if it was not there.
Result<bool> unset_preference(const SettingsFiles& files, const std::string& key);

} // namespace limn
