#pragma once

#include "base/result.hpp"
#include "failure/failure_words.hpp"
#include "model/cost.hpp"
#include "model/gateway.hpp"
#include "model/limits.hpp"
#include "model/next_step.hpp"
#include "price/price_list.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// A gateway as limn.yaml describes it.
struct GatewaySettings {
  std::string name; // given, or "gateway1", ... by position
  std::string base_url;
  // At most one of the five says where the key is; none: the gateway has a problem.
  std::optional<Secret> api_key;
  std::string api_key_env;
  std::filesystem::path api_key_file;
  Pairs api_key_keyring;    // attributes of the desktop's keyring
  bool without_key = false; // `api_key: none`

  std::vector<std::string> providers; // these four: empty means the general setting
  std::vector<std::string> models;
  std::optional<std::chrono::milliseconds> timeout;
  Pairs headers;
  std::optional<int> images_per_minute; // these two likewise
  std::optional<int> max_in_flight;
  std::optional<bool> batches; // it has OpenAI's Batch API
  JobDefaults defaults;

  Pairs settings; // for providers, flattened
  bool allow_plaintext = false;
  std::string origin; // "limn.yaml#gateways[0]"
};

// Where a secret of limn.yaml stands: at most one of them.
struct SecretPlace {
  std::optional<Secret> text;
  std::string env;
  std::filesystem::path file;

  bool is_said() const { return text || !env.empty() || !file.empty(); }
};

// An S3-compatible store as limn.yaml describes it.
struct StoreSettings {
  enum class Addressing { path, host }; // where the bucket stands

  std::vector<std::string> buckets; // empty: all that no other store has
  std::string endpoint;             // its origin, without a path
  std::string region = "us-east-1";
  Addressing addressing = Addressing::path;
  SecretPlace access_key;
  SecretPlace secret_key;
  bool allow_plaintext = false;
};

// Where a job begins: at the first of its gateways, or at the one that has least to do.
enum class Strategy { order, spread };

// Whether pictures are shown in the terminal. Automatic: where one is known to show them, or says
// so, and somebody sits there.
enum class ShowPictures { automatic, always, never };

// What agents may do, who ask by MCP.
struct McpSettings {
  std::optional<std::chrono::seconds> wait; // wait_seconds: of a call; none: as its host allows
  std::optional<NanoUsd> max_cost;          // of a call; none: as much as it costs
  std::optional<NanoUsd> max_cost_per_day;  // of all, since midnight UTC
  std::optional<NanoUsd> ask_above;         // the user is asked first
  std::vector<std::filesystem::path> output_directories; // besides the usual one
  std::vector<std::filesystem::path> input_directories;  // besides those that are written to
};

// What programs may do, who ask by HTTP.
struct ServeSettings {
  // Which equal requests get one picture: those of who says that it asks again, or has gone; all
  // that come within ten minutes; only those with the same Idempotency-Key.
  enum class Join { retries, always, never };

  std::optional<int> port;          // none: 8484
  std::vector<std::string> listen;  // addresses in numbers, or localhost; none: localhost
  std::filesystem::path socket;     // of unix; empty: none
  std::vector<std::string> hosts;   // other names that it is asked by
  std::vector<std::string> origins; // pages that may use it
  std::string public_url;           // "https://limn.example"; empty: as it was asked
  bool strict = false;              // parameters that change nothing are refused
  Join join = Join::retries;
  int max_jobs_per_key = 64;               // under way
  std::optional<NanoUsd> max_cost_per_day; // of all, since midnight UTC
  std::optional<NanoUsd> max_cost;         // of all that was ever asked for
  std::string pass_through;                // a gateway's name; empty: none
};

// A component that a settings file names. Whether there is one is known only where plugins are.
struct NamedComponent {
  enum class Role { provider, config_source, isolated, with_settings };

  Role role = Role::provider;
  std::string id;
  std::string key;   // "gateways[0].providers[1]"
  std::string place; // "/home/me/.config/limn/limn.yaml:3:14"
};

// Everything that limn.yaml and preferences.yaml say, or its default.
struct Settings {
  std::vector<std::string> models{"gpt-image-2"};
  std::vector<std::string> sources{"env", "limn", "config_yaml"};
  std::vector<std::string> providers{"openai_images", "responses_api"};
  std::vector<GatewaySettings> gateways;
  Strategy strategy = Strategy::order;
  std::optional<int> images_per_minute; // rate.images_per_minute: of each gateway; none: no limit
  std::optional<int> max_in_flight;     // rate.max_in_flight: likewise, requests at the same time

  JobDefaults defaults; // of jobs that say nothing else; under those of a gateway

  std::vector<std::string> fallback_sizes{"1024x1024"};
  std::map<FailureClass, NextStep> fallback;              // overrides of the policy's rows
  bool allow_duplicate_charge = false;                    // fallback.allow_duplicate_charge
  std::chrono::milliseconds wait_budget{120'000};         // fallback.wait: in all, for rate limits
  std::chrono::milliseconds billing_cool_down{3'600'000}; // fallback.billing_cool_down
  // fallback.late_error: an error that comes later than this, and does not say that nothing was
  // drawn, may be about a drawn image
  std::chrono::milliseconds late_error{2'000};

  std::filesystem::path output_directory; // empty: the current folder
  std::string output_name = "{date}-{slug}";
  std::chrono::milliseconds timeout{600'000};
  ShowPictures show_pictures = ShowPictures::automatic; // show
  int partial_images = 0; // partial: previews of each image; of a job that says nothing of them
  Limits limits;
  std::vector<std::filesystem::path> plugin_directories;
  std::vector<std::string> isolated_plugins; // plugins.isolate: provider ids, or "all"

  std::map<std::string, Pairs> components; // `settings:` by component id, nested keys flattened
  std::vector<NamedComponent> named_components;      // that are in force, in their order
  std::map<std::string, std::string> setting_places; // of `settings:`, by key; as NamedComponent's
  FailureWords failure_words;                        // `failures:`; without the built-in ones
  PriceList prices;                                  // `prices:`; likewise

  bool keeps_history = true;                        // history: off
  std::optional<std::chrono::seconds> history_kept; // how long entries are; none: for ever

  McpSettings mcp;
  ServeSettings serve;
  std::vector<StoreSettings> stores;

  // Where each value comes from that is not a default: "output.directory" -> "preferences.yaml:3".
  std::map<std::string, std::string> origins;
};

} // namespace limn
