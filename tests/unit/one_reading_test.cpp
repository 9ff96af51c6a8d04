#include "settings/rules.hpp"
#include "settings_folder.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace limn;
using limn::test::SettingsFolder;

namespace {

using Texts = std::vector<std::string>;

const Texts k_durations{"1m", "90s", "1500ms", "0.5h", "60",  "1.5", "24h",  "25h",
                        "0",  "1e3", "-1",     "nan",  "1 m", "1d",  "1m30s"};
const Texts k_sizes{"4KiB", "1MiB", "65536", "1GiB", "64kb", "1 MiB", "-1", "many"};
const Texts k_numbers{"8", "30", "1", "0", "-1", "3.5", "1e2", "many"};
const Texts k_rates{"30", "none", "0", "10001", "1.5", "many"};
const Texts k_ids{"env", "env,limn", "env, limn", "[env, limn]", "env,",
                  ",",   "env,env",  "[]",        "Env"};
const Texts k_sources{
  "env", "env,ai_hosts.codex", "[ai_hosts.codex, limn]", "ai_hosts.", ".codex", "env,", "env,env",
  "[]"};
const Texts k_flags{"true", "True", "FALSE", "yes", "no", "On", "off", "1", "maybe"};

// What somebody may write, right or wrong, for each setting.
const std::map<std::string, Texts> k_written{
  {"model", {"a", "a,b", "a, b", "[a, b]", "a b", "a,", "vendor/a,b-2", "a,a"}},
  {"sources", k_sources},
  {"providers", k_ids},
  {"defaults.size", {"2K", "16:9", "1024X1024", "1920x1080!", "auto", "square", "none", "huge"}},
  {"defaults.n", {"1", "4", "100", "0", "101", "many", "none"}},
  {"defaults.quality", {"high", "HIGH", "hd", "hgih", "none", "ultra", "auto"}},
  {"defaults.format", {"jpg", "JPEG", "png", "pgn", "none", "avif"}},
  {"defaults.background", {"transparent", "Opaque", "none", "transparant"}},
  {"defaults.moderation", {"low", "auto", "none", "lwo"}},
  {"defaults.compression", {"0", "80", "100", "101", "-1", "none", "80%"}},
  {"fallback.sizes",
   {"1024x1024", "1024x1024,512x512", "1024x1024, 512x512", "[512x512]", "1024X1024", "auto", "x"}},
  {"fallback.wait", k_durations},
  {"fallback.billing_cool_down", k_durations},
  {"fallback.late_error", k_durations},
  {"fallback.allow_duplicate_charge", k_flags},
  {"output.directory", {"/pictures", "~/pictures", "/a/../b"}},
  {"output.name", {"x", "'{date}'", "a/b", "x-y_z"}},
  {"timeout", k_durations},
  {"show", {"auto", "always", "never", "Never", "yes", "true"}},
  {"partial", {"0", "3", "4", "-1", "1.5", "many"}},
  {"limits.max_header_size", k_sizes},
  {"limits.max_body_size", k_sizes},
  {"limits.max_models_size", k_sizes},
  {"limits.max_message_size", k_sizes},
  {"limits.max_json_depth", k_numbers},
  {"limits.max_images", k_numbers},
  {"limits.connect_timeout", k_durations},
  {"rate.images_per_minute", k_rates},
  {"rate.max_in_flight", k_rates},
  {"history", {"on", "off", "true", "false", "90d", "2 weeks", "1d", "5s", "90", "perhaps", "Off"}},
  {"strategy", {"order", "spread", "Order", "random"}},
  {"mcp.wait_seconds", {"auto", "0", "45", "600", "601", "-1", "1.5", "long"}},
  {"mcp.max_cost", {"none", "0", "0.5", "2.50", "-1", "free"}},
  {"mcp.max_cost_per_day", {"none", "0", "0.5", "2.50", "-1", "free"}},
  {"mcp.ask_above", {"none", "0", "0.5", "2.50", "-1", "free"}},
  {"serve.port", {"0", "8484", "65535", "65536", "-1", "http"}},
  {"serve.join", {"retries", "always", "never", "Never", "sometimes"}},
  {"serve.public_url",
   {"none", "https://a.example/", "http://a:1/b", "a.example", "ftp://a", "https://"}},
  {"serve.max_cost", {"none", "0", "0.5", "2.50", "-1", "free"}},
};

std::string shown_or_refused(const SettingsFolder& folder, const Rule& rule)
{
  const auto settings = folder.load();
  return settings ? rule.show(*settings) : "refused";
}

std::string in_limn_yaml(const Rule& rule, const std::string& text)
{
  const SettingsFolder folder;
  const std::string key(rule.key);
  const auto dot = key.find('.');
  folder.write("limn.yaml",
               dot == std::string::npos
                 ? key + ": " + text + "\n"
                 : key.substr(0, dot) + ":\n  " + key.substr(dot + 1) + ": " + text + "\n");
  return folder.without_folder(shown_or_refused(folder, rule));
}

std::string by_config_set(const Rule& rule, const std::string& text)
{
  const SettingsFolder folder;
  if (!set_preference(folder.files(), std::string(rule.key), text)) {
    return "refused";
  }
  return folder.without_folder(shown_or_refused(folder, rule));
}

} // namespace

TEST_CASE("config set takes what limn.yaml takes, and makes the same of it")
{
  for (const auto& rule : rules()) {
    if (rule.where != Rule::Where::both_files) {
      continue;
    }
    const auto written = k_written.find(std::string(rule.key));
    CAPTURE(rule.key);
    REQUIRE_MESSAGE(written != k_written.end(), "a setting without a row here");
    for (const auto& text : written->second) {
      CAPTURE(text);
      CHECK(by_config_set(rule, text) == in_limn_yaml(rule, text));
    }
  }
}

TEST_CASE("one text is a list where one is wanted")
{
  const auto* model = find_rule("model");
  CHECK(in_limn_yaml(*model, "a, b") == "[a, b]");
  CHECK(by_config_set(*model, "a,b") == "[a, b]");
  CHECK(by_config_set(*find_rule("timeout"), "1m") == "60s");
  CHECK(by_config_set(*find_rule("fallback.sizes"), "512x512,256x256") == "[512x512, 256x256]");
}
