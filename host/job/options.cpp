#include "job/options.hpp"

#include "job/paths.hpp"

#include <string_view>

namespace limn {

std::vector<std::string> words_of(const GlobalOptions& options)
{
  std::vector<std::string> words;
  const auto add = [&words](std::string_view option, const std::string& value) {
    words.emplace_back(option);
    words.push_back(value);
  };
  if (!options.config_file.empty()) {
    add("--config", from_here(options.config_file).string());
  }
  if (!options.ca_file.empty()) {
    add("--cacert", from_here(options.ca_file).string());
  }
  for (const auto& file : options.plugin_files) {
    add("--plugin", from_here(file).string());
  }
  for (const auto& id : options.isolate) {
    add("--isolate", id);
  }
  if (options.no_plugins) {
    words.emplace_back("--no-plugins");
  }
  return words;
}

} // namespace limn
