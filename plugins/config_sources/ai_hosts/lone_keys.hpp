#pragma once

#include "config_sources/ai_hosts/host_rows.hpp"
#include "config_sources/common/written_gateway.hpp"

#include <string>
#include <vector>

namespace limn::ai_hosts {

// A file of a host that was read, and what it gives.
struct ReadFile {
  const Host* host;
  const HostFile* kind;
  std::string path;
  std::string shown; // the path as people write it
  host_files::Reach reach;
  std::vector<host_files::WrittenGateway> gateways;
  std::string doubt; // why it may say a URL that is not among those
};

// What else is known of a host whose key stands alone.
struct Doubts {
  bool has_unread_files = false;
  // Of the environment that the host runs in; empty where limn does not look there for it.
  host_files::Lookup environment;
};

// A host makes one of its files and variables: the URL that one of them says has the key of
// another. So a key without a URL gets a problem where anything else of that host says a URL that
// is not OpenAI's and has no key of its own, or might. So does one that the host keeps elsewhere
// for what two of its files say different URLs of. `files`: all of one host that were read.
void refuse_lone_keys(const std::vector<ReadFile*>& files, const Doubts& doubts);

} // namespace limn::ai_hosts
