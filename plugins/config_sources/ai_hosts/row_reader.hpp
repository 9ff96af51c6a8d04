#pragma once

#include "config_sources/ai_hosts/host_rows.hpp"
#include "config_sources/common/file_reading.hpp"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn::ai_hosts {

// What is known of a host besides the file that is read.
struct Surroundings {
  std::string_view host;             // its id
  std::string name;                  // of gateways that have none; empty: the host's id
  const host_files::Variables& keys; // of its store, by name
  const host_files::Reach& reach;
  host_files::Lookup
    read_secrets; // the text of a file of keys that the host's file names; may be empty
};

// The gateways of a file, in its order. What is left out is told in `remarks`, a line each.
std::vector<host_files::WrittenGateway> gateways_of(std::span<const Scope> scopes,
                                                    const YAML::Node& root,
                                                    const Surroundings& surroundings,
                                                    std::vector<std::string>& remarks);

// Whether a gateway could stand at that path of a file.
bool is_read(std::span<const Scope> scopes, std::string_view path);

// Why a file of that kind may say a URL where it is not seen, in words; empty: nothing in it does.
std::string doubt_in(const HostFile& file, const YAML::Node& root);

// The keys of a store, by name.
host_files::Variables stored_keys(const KeyStore& store, const YAML::Node& root);

// The texts of mappings; nothing of one that is not there.
host_files::Variables texts_of(const YAML::Node& root, std::string_view paths);

// Throws host_files::ParseFault, or YAML::Exception.
YAML::Node parse(Format format, const std::string& content);

} // namespace limn::ai_hosts
