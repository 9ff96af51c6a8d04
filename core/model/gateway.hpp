#pragma once

#include "base/secret.hpp"
#include "model/gateway_terms.hpp"
#include "model/job_defaults.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace limn {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Where a key is: at most one of the two is given.
struct KeyPlace {
  std::string variable;
  std::string file; // as it was written: "/..." or "~/..."
};

// An OpenAI-compatible API: a base URL and the credential that belongs to it, never apart.
struct Gateway {
  std::string id;                   // gateway_id(), as it was found; who remembers asks by it
  std::string name;                 // unique among the gateways of one run
  std::string base_url;             // normalised, without a slash at the end
  Secret key;                       // empty only if `without_key`, or if there is a `problem`
  KeyPlace key_place;               // of a key that a config source left to discovery to read
  bool without_key = false;         // the user said so: a local server
  std::vector<std::string> origins; // where it was found, first one first; never empty
  std::string problem;              // why it cannot be used; empty if it can
  Pairs headers;                    // sent with every request to this gateway
  Pairs settings;                   // for providers
  bool allow_plaintext = false;     // http to other than loopback addresses
  bool costs_nothing = false;       // limn's own sandbox, whatever its answers count
  GatewayTerms terms;               // of the provider that is asked; see engine/met_gateway.hpp

  // What limn.yaml overrides for this gateway; empty means the general setting.
  std::vector<std::string> providers;
  std::vector<std::string> models;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<int> images_per_minute;
  std::optional<int> max_in_flight;
  std::optional<bool> batches; // see takes_batches()
  JobDefaults defaults;        // of jobs that say nothing else, over the general ones

  bool usable() const { return problem.empty(); }
};

// Its headers, but for one where its key goes, if it has a key.
Pairs headers_beside_key(const Gateway& gateway);

// Whether it is asked for OpenAI's Batch API: as limn.yaml says, else where it is OpenAI itself.
bool takes_batches(const Gateway& gateway);

// What tells a gateway from others, whatever its name: "https://api.example/v1 0123abcd", its base
// URL and the fingerprint of its key. Made once, by who finds it: the base URL may be corrected
// later. What limn remembers lies under it on users' disks: how it is made never changes.
std::string gateway_id(const Gateway& gateway);

} // namespace limn
