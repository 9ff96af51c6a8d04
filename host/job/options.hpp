#pragma once

#include "engine/engine.hpp"
#include "model/cost.hpp"
#include "model/job.hpp"
#include "model/size_text.hpp"
#include "settings/settings.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// In place of an amount, of what --sandbox drew or would draw.
inline constexpr const char* k_sandbox_cost = "costs nothing in the sandbox";

enum class ReportFormat { text, json };
enum class Remember { no, yes };

// Whether a limn.yaml that was named has to be there.
enum class ConfigFile { required, may_be_absent };

// What every command accepts, before or after its name.
struct GlobalOptions {
  ReportFormat format = ReportFormat::text;
  bool events = false;
  std::string color; // auto, always or never; empty: auto
  bool verbose = false;
  bool quiet = false;
  bool no_plugins = false;
  std::filesystem::path config_file;
  ConfigFile config = ConfigFile::required;
  std::filesystem::path ca_file;
  std::vector<std::filesystem::path> plugin_files;
  std::vector<std::string> isolate; // ids; besides those of plugins.isolate
};

// The options of every command that say where things are and who runs what, as words of a command
// line, with absolute paths.
std::vector<std::string> words_of(const GlobalOptions& options);

struct GenerateOptions {
  Job job;
  EngineOptions engine;
  std::vector<std::string> gateways; // by name; empty: all
  std::filesystem::path output_file;
  std::filesystem::path output_directory;
  std::optional<ShowPictures> show;  // these two: none: as the settings say
  std::optional<int> partial_images; // into the job
  Remember remember = Remember::no;
  SizeRules size_rules = SizeRules::checked;
  std::optional<NanoUsd> max_cost;  // nothing is asked for that may cost more
  std::vector<std::string> notices; // what is done otherwise than said, a sentence each
  std::string door = "generate";    // for the history
  bool dry_run = false;
  bool sandbox = false;
};

} // namespace limn
