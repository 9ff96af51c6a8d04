// A config source for limn: it finds gateways that somebody has configured already, and says where
// it found them. This one looks into two environment variables and one file; change `collect` to
// where your users keep theirs.
#include <limn/sdk.hpp>

#include <string>
#include <string_view>

namespace {

namespace sdk = limn::sdk;

constexpr size_t k_max_file_size = 64 * 1024;

std::string_view trimmed(std::string_view text)
{
  constexpr std::string_view blanks = " \t\r";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == text.npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

class Acme
{
public:
  // The settings are those under `settings: {acme: {...}}` in limn.yaml. A typo in them is an
  // error: nothing is worse than a setting that is silently ignored.
  Acme(sdk::Host host, const sdk::Settings& settings)
    : m_host(host), m_file(settings.get_or("file", "~/.config/acme.conf"))
  {
    for (const auto& [key, value] : settings.items()) {
      if (key != "file") {
        throw sdk::Failure(LIMN_SETTINGS, "acme has no setting '" + key + "'", "it knows file");
      }
    }
  }

  // Adds every gateway it knows, the preferred one first. None is no error; false from `add` means
  // that limn wants no more. URL and key come from the same place, always: a key must never go to
  // another URL than the one that its owner gave it for.
  void collect(sdk::Gateways& gateways)
  {
    if (add_from_environment(gateways)) {
      add_from_file(gateways);
    }
  }

private:
  bool add_from_environment(sdk::Gateways& gateways) const
  {
    sdk::FoundGateway gateway;
    gateway.base_url = m_host.env("ACME_BASE_URL").value_or("");
    gateway.api_key = m_host.env("ACME_API_KEY").value_or("");
    gateway.origin = "env:ACME_BASE_URL";
    return add(gateways, std::move(gateway), "ACME_API_KEY is not set");
  }

  // Lines of `name = value`. limn reads the file: it refuses one that other users can write.
  bool add_from_file(sdk::Gateways& gateways) const
  {
    const auto content = m_host.read_file(m_file, k_max_file_size);
    if (!content) {
      return true;
    }
    sdk::FoundGateway gateway;
    gateway.origin = m_file;
    std::string_view rest = *content;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : rest.size());
      const auto equals = line.find('=');
      if (equals == line.npos || trimmed(line).starts_with('#')) {
        continue;
      }
      const auto name = trimmed(line.substr(0, equals));
      const auto value = trimmed(line.substr(equals + 1));
      if (name == "base_url") {
        gateway.base_url = value;
      } else if (name == "api_key") {
        gateway.api_key = value;
      }
    }
    return add(gateways, std::move(gateway), "api_key is missing");
  }

  // A gateway that cannot be used is added too, with the reason: `limn discover` shows it.
  static bool add(sdk::Gateways& gateways, sdk::FoundGateway gateway, std::string_view without_key)
  {
    if (gateway.base_url.empty()) {
      return true;
    }
    gateway.name = "acme";
    if (gateway.api_key.empty()) {
      gateway.problem = without_key;
    }
    return gateways.add(gateway);
  }

  sdk::Host m_host;
  std::string m_file;
};

} // namespace

// Name, version and vendor of the plugin; then its components. The id "acme" is what users write:
// it is for ever.
LIMN_PLUGIN("acme", "0.1.0", "Acme",
            limn::sdk::config_source<Acme>("acme", "Acme",
                                           "ACME_BASE_URL and ACME_API_KEY, ~/.config/acme.conf"))
