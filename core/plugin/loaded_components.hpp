#pragma once

#include "base/log.hpp"
#include "plugin/component_check.hpp"
#include "plugin/load_order.hpp"
#include "plugin/plugin_process.hpp"
#include "plugin/search.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

// The plugin files of a run and the components in them, in the order in which they were loaded:
// here or, as the isolation wants it, into processes of their own. Where two have the same kind and
// id, the first sound one is ready and the later ones are shadowed.
class LoadedComponents
{
public:
  // What belongs to the record of the same index.
  struct Part {
    const limn_component* component = nullptr;
    std::shared_ptr<PluginProcess> isolated; // null: its code is loaded here
    std::optional<Failure> failure; // why there is no instance any more, or none could be made
  };

  // Finds the files, and loads none. `log` is borrowed.
  LoadedComponents(const PluginSearch& search, Log& log);

  // Load files until what is asked for is there, or none waits: later ones could only be shadowed
  // by what is there. `load_until_any` returns the kind that was found; empty if none was.
  void load_until(std::string_view kind, std::string_view id);
  std::string_view load_until_any(std::string_view id);
  void load_all();

  // Whether one was ready when it was loaded, whatever became of it.
  bool has(std::string_view kind, std::string_view id) const;

  // Whether a file named after `id` waits to be loaded.
  bool has_file_named(std::string_view id) const { return m_waiting.has_named(id); }

  const std::vector<ComponentRecord>& records() const { return m_records; }
  const Part& part(std::size_t index) const { return m_parts[index]; }

  // The index of the first one.
  std::optional<std::size_t> find(std::string_view kind, std::string_view id,
                                  ComponentRecord::State state) const;

  void mark_failed(std::size_t index, std::string reason, Failure failure);

  // What was searched, with what came of it.
  const std::vector<std::string>& places() const { return m_places; }

private:
  bool isolates(std::string_view id) const;
  void load(const std::filesystem::path& file);
  void load_isolated(const std::filesystem::path& file, const std::string& id);
  void load_providers_isolated(const std::filesystem::path& file);
  void isolate_late(const std::filesystem::path& file, const ComponentRecord& provider,
                    std::shared_ptr<PluginProcess>& isolated);
  void add_source_not_isolated(CheckedComponent one);
  void add_failed(const std::filesystem::path& file, const std::string& id, const Failure& failure);
  void add(CheckedComponent one, std::shared_ptr<PluginProcess> isolated = {});

  Isolation m_isolation;
  Log& m_log;
  std::vector<std::string> m_places;
  LoadOrder m_waiting;
  // Kind and id of what was ready when it was loaded, and its file: whatever becomes of it, later
  // ones do not take its place.
  std::map<std::pair<std::string, std::string>, std::filesystem::path> m_taken;
  std::vector<ComponentRecord> m_records;
  std::vector<Part> m_parts;
};

} // namespace limn
