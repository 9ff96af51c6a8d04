#pragma once

#include "config_sources/ai_hosts/host_rows.hpp"

#include <limn/sdk.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace limn::ai_hosts {

// A file that the settings name, as one of a host's that lies elsewhere. What is in it may be
// somebody else's: its references reach no file, and no variable but those that are allowed.
struct NamedFile {
  const Host* host = nullptr;
  const HostFile* kind = nullptr; // how it is read
  std::string path;
  std::string name;      // of gateways that have none
  std::string variables; // path of a .env for its references; empty: none
  bool reaches_environment = false;
};

struct HostSettings {
  std::vector<const Host*> hosts; // those that are on, in this order
  std::vector<NamedFile> files;
};

// settings.ai_hosts:
//
//   hosts: [codex, opencode]        # default: all
//   files:
//     - {host: litellm, path: ~/proxy/config.yaml, env_file: ~/proxy/.env, environment: false}
//
// Throws sdk::Failure for what makes no sense.
HostSettings read_host_settings(const sdk::Settings& settings);

// The host of that id. Throws sdk::Failure, which begins with `where` and tells all ids, if there
// is none.
const Host& required_host(std::string_view id, std::string_view where);

} // namespace limn::ai_hosts
