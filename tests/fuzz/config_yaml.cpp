// The plugin config_yaml, through its entry, on a host whose files lie in memory: whatever stands
// in them, it reports gateways or one failure with a place, and no key leaves without its URL.
// Input: Hermes' config.yaml, "%%%", its .env, "%%%", paths of URL and key in another file (a line
// each), that file.
#include "config_sources/config_yaml/config_yaml_source.hpp"
#include "oracle.hpp"
#include "plugin_doubles.hpp"

#include <algorithm>
#include <cctype>

using namespace limn;

namespace {

constexpr auto k_source =
  sdk::config_source<config_yaml::ConfigYamlSource>("config_yaml", "Configuration", "fuzz");

std::string lower(std::string text)
{
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void check_gateway(const sdk::FoundGateway& gateway)
{
  LIMN_EXPECT(!gateway.base_url.empty());
  // A key goes out with everything that belongs to it, or not at all.
  LIMN_EXPECT(gateway.problem.empty() != gateway.api_key.empty());
  LIMN_EXPECT(gateway.origin.starts_with("~/.hermes/config.yaml#")
              || gateway.origin.starts_with("/srv/app.yaml#"));
  for (const auto& [name, value] : gateway.headers) {
    LIMN_EXPECT(lower(name) != "authorization" && lower(name) != "proxy-authorization");
  }
}

void check_complaint(const test::Complaint& complaint)
{
  LIMN_EXPECT(complaint.count <= 1);
  LIMN_EXPECT(complaint.count == 0 || complaint.status == LIMN_SETTINGS);
  LIMN_EXPECT(complaint.count == 0 || !complaint.message.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  auto input = fuzz::text_of(bytes, size);
  test::FakeHost host;
  host.files["~/.hermes/config.yaml"] = fuzz::take_part(input);
  host.files["~/.hermes/.env"] = fuzz::take_part(input);
  host.variables = {{"KEY", "from the environment"}, {"EMPTY", ""}};
  check_complaint(test::collect(k_source, host).complaint);

  test::Pairs settings{{"files.0.path", "/srv/app.yaml"}};
  const std::string url_path(fuzz::take_line(input));
  const std::string key_path(fuzz::take_line(input));
  settings.emplace_back("files.0.fields.0.base_url", url_path);
  if (!key_path.empty()) {
    settings.emplace_back("files.0.fields.0.api_key", key_path);
  }
  host.files["/srv/app.yaml"] = input;
  const auto collected = test::collect(k_source, host, settings);
  check_complaint(collected.complaint);
  for (const auto& gateway : collected.gateways) {
    check_gateway(gateway);
  }
  // A host that wants no more gets no more.
  const auto first = test::collect(k_source, host, settings, 1);
  LIMN_EXPECT(first.gateways.size() == std::min<std::size_t>(collected.gateways.size(), 1));
  return 0;
}
