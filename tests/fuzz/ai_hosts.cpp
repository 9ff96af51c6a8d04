// The plugin ai_hosts, through its entry, on a host whose files lie in memory: whatever stands in
// the files of the hosts, it reports gateways or one failure with a place; no key leaves without
// its URL, none that a file names from outside reaches the environment, and what was looked for is
// the same when it is looked for again. Input: files of JSON, JSON5, TOML, YAML and .env, "%%%"
// between them.
#include "config_sources/ai_hosts/ai_hosts_source.hpp"
#include "oracle.hpp"
#include "plugin_doubles.hpp"

#include <algorithm>

using namespace limn;

namespace {

constexpr auto k_source =
  sdk::config_source<ai_hosts::AiHostsSource>("ai_hosts", "AI hosts", "fuzz");
constexpr std::string_view k_environment = "of the environment alone";

void check(const test::Collected& collected)
{
  const auto& complaint = collected.complaint;
  LIMN_EXPECT(complaint.count <= 1);
  LIMN_EXPECT(complaint.count == 0 || complaint.status == LIMN_SETTINGS);
  LIMN_EXPECT(complaint.count == 0 || !complaint.message.empty());
  for (const auto& gateway : collected.gateways) {
    LIMN_EXPECT(!gateway.base_url.empty());
    // A key goes out with everything that belongs to it, or not at all.
    LIMN_EXPECT(gateway.problem.empty() != gateway.api_key.empty());
    LIMN_EXPECT(gateway.origin.find('#') != std::string::npos);
  }
}

bool has_seen_environment(const test::Collected& collected)
{
  return std::ranges::any_of(collected.gateways, [](const sdk::FoundGateway& gateway) {
    return (gateway.base_url + gateway.api_key).find(k_environment) != std::string::npos;
  });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  auto input = fuzz::text_of(bytes, size);
  test::FakeHost host;
  for (const auto* path : {"~/.config/opencode/opencode.json", "~/.openclaw/openclaw.json",
                           "~/.codex/config.toml", "~/.config/mods/mods.yml", "~/.env"}) {
    host.files[path] = fuzz::take_part(input);
  }
  host.files["~/.continue/config.yaml"] = host.files["~/.config/mods/mods.yml"];
  host.files["~/.config/gptme/config.toml"] = host.files["~/.codex/config.toml"];
  host.variables = {{"KEY", std::string(k_environment)}};
  const auto all = test::collect(k_source, host, {}, 1000, "*");
  check(all);
  const auto again = test::collect(k_source, host, {}, 1000, "*");
  LIMN_EXPECT(again.gateways.size() == all.gateways.size());

  // The same files as somebody else's.
  test::Pairs settings{{"hosts.0", "crush"}}; // which has none here
  std::size_t count = 0;
  for (const auto& [name, path] :
       {std::pair("opencode", "~/.config/opencode/opencode.json"),
        std::pair("openclaw", "~/.openclaw/openclaw.json"),
        std::pair("codex", "~/.codex/config.toml"), std::pair("mods", "~/.config/mods/mods.yml"),
        std::pair("dotenv", "~/.env")}) {
    const auto file = "files." + std::to_string(count++) + ".";
    settings.emplace_back(file + "host", name);
    settings.emplace_back(file + "path", path);
  }
  const auto named = test::collect(k_source, host, settings);
  check(named);
  LIMN_EXPECT(!has_seen_environment(named));
  return 0;
}
