#pragma once

#include "config_sources/ai_hosts/host_settings.hpp"
#include "config_sources/ai_hosts/lone_keys.hpp"
#include "config_sources/common/file_reading.hpp"

#include <limn/sdk.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace limn::ai_hosts {

// Gateways of the files of AI hosts, as the rows of host_rows.cpp say. Read only, no command is
// run, and a key goes with the URL that it was found with, or with none.
class AiHostsSource
{
public:
  AiHostsSource(sdk::Host host, const sdk::Settings& settings);

  // `part`: a host's id; "*": all hosts, whatever the settings say; empty: those of the settings.
  // Adds what every file gives, then reports the first file that could not be read.
  void collect(sdk::Gateways& gateways, std::string_view part);

private:
  std::vector<ReadFile> read_named(const NamedFile& file, host_files::FileReading& reading) const;
  void settle(std::vector<std::vector<ReadFile>>& read,
              const std::vector<const Host*>& doubtful) const;

  sdk::Host m_host;
  HostSettings m_settings;
};

} // namespace limn::ai_hosts
