#include "job/session.hpp"

#include "base/nearest.hpp"
#include "http/proxy.hpp"
#include "isolation/isolated_plugin.hpp"
#include "job/paths.hpp"
#include "settings/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

namespace limn {

namespace {

bool is_wanted(const Gateway& gateway, const std::vector<std::string>& names)
{
  return names.empty() || std::find(names.begin(), names.end(), gateway.name) != names.end();
}

// Whether nothing but limn.yaml tells of it.
bool is_from_limn_yaml(const Gateway& gateway)
{
  return std::all_of(gateway.origins.begin(), gateway.origins.end(),
                     [](const std::string& origin) { return origin.starts_with("limn.yaml#"); });
}

// `names`: those that were asked for; empty: all.
Failure nothing_to_ask(const Discovered& discovered, const std::vector<std::string>& names)
{
  Failure failure(FailureClass::no_gateway, "no gateway was found",
                  "set OPENAI_BASE_URL and OPENAI_API_KEY, or add one under gateways: in "
                  "limn.yaml; for a first look "
                  "without any: limn generate --sandbox");
  if (!names.empty()) {
    failure.message = "none of the gateways that were named can be used";
    failure.hint = "`limn discover` shows them all";
  } else if (!discovered.gateways.empty()) {
    failure.message = "no gateway can be used";
    failure.hint =
      "mend one of them (`limn discover` shows them all); for a first look without any: "
      "limn generate --sandbox";
  }
  for (const auto& gateway : discovered.gateways) {
    if (is_wanted(gateway, names)) {
      failure.message +=
        fmt::format("; {} ({}): {}", gateway.name, gateway.origins.front(), gateway.problem);
    }
  }
  return failure;
}

std::vector<std::string> isolated(const GlobalOptions& options, const Settings& settings)
{
  auto ids = settings.isolated_plugins;
  for (const auto& text : options.isolate) {
    const auto words = words_of_list(text);
    ids.insert(ids.end(), words.begin(), words.end());
  }
  return ids;
}

// Without the files and keys that a config source is there for it would find nothing, silently.
Done refuse_isolated_sources(const std::vector<std::string>& ids, const Settings& settings)
{
  for (const auto& id : ids) {
    if (std::find(settings.sources.begin(), settings.sources.end(), id) != settings.sources.end()) {
      return fail(FailureClass::settings,
                  fmt::format("the config source {} cannot be isolated: it works with the "
                              "environment, files and keys",
                              id),
                  "take it out of plugins.isolate (or --isolate); providers can be isolated");
    }
  }
  return {};
}

} // namespace

SettingsFiles settings_files(const GlobalOptions& options)
{
  auto files = default_settings_files();
  if (!options.config_file.empty()) {
    files.limn_yaml = from_here(options.config_file);
    files.preferences = files.limn_yaml.parent_path() / "preferences.yaml";
    files.limn_yaml_required = true;
  }
  return files;
}

Result<std::unique_ptr<Session>> Session::open(const GlobalOptions& options, Console& console)
{
  auto files = settings_files(options);
  std::vector<std::string> warnings;
  LIMN_TRY_ASSIGN(auto settings, load_settings(files, warnings));
  for (const auto& warning : warnings) {
    console.say(LogLevel::warning, warning);
  }
  LIMN_TRY(refuse_isolated_sources(isolated(options, settings), settings));
  for (const auto& gateway : settings.gateways) {
    if (gateway.api_key) {
      console.hide(*gateway.api_key);
    }
    console.hide(gateway.headers);
    console.hide(gateway.settings);
  }
  for (const auto& [id, pairs] : settings.components) {
    console.hide(pairs);
  }
  for (const auto& model : settings.models) {
    console.show(model);
  }
  return std::unique_ptr<Session>(
    new Session(options, console, std::move(files), std::move(settings)));
}

Session::Session(const GlobalOptions& options, Console& console, SettingsFiles files,
                 Settings settings)
  : m_options(options), m_console(console), m_files(std::move(files)),
    m_settings(std::move(settings)), m_log(console), m_services(m_log, m_settings.failure_words)
{
}

Registry& Session::registry()
{
  if (!m_registry) {
    PluginSearch search;
    if (!m_options.no_plugins) {
      for (const auto& file : m_options.plugin_files) {
        search.files.push_back(from_here(file));
      }
      search.directories =
        plugin_directories(m_settings.plugin_directories, installed_plugin_folder());
      search.isolation = {isolated(m_options, m_settings),
                          IsolatedPlugin::starter(m_settings.failure_words)};
    }
    m_registry =
      std::make_unique<Registry>(search, m_services.host(), m_settings.components, m_console);
  }
  return *m_registry;
}

Learnt& Session::learnt()
{
  if (!m_learnt) {
    std::string warning;
    m_learnt.emplace(Learnt::load(state_folder() / "learnt.json", warning));
    if (!warning.empty()) {
      m_console.say(LogLevel::warning, warning);
    }
  }
  return *m_learnt;
}

const Discovered& Session::discovered()
{
  find();
  tell_warnings([](const DiscoveryWarning&) { return true; });
  return *m_discovered;
}

void Session::find()
{
  if (m_discovered) {
    return;
  }
  m_log.hold();
  m_discovered = discover(m_settings, registry());
  for (auto& line : m_log.release()) {
    m_discovered->warnings.push_back({std::move(line), ""});
  }
  for (const auto& gateway : m_discovered->gateways) {
    m_console.hide(gateway);
  }
}

// Each once.
void Session::tell_warnings(const std::function<bool(const DiscoveryWarning&)>& matters)
{
  auto& warnings = m_discovered->warnings;
  const auto told = std::stable_partition(warnings.begin(), warnings.end(), std::not_fn(matters));
  for (auto one = told; one != warnings.end(); ++one) {
    m_console.say(LogLevel::warning, one->text);
  }
  warnings.erase(told, warnings.end());
}

Result<std::vector<Gateway>> Session::gateways(const std::vector<std::string>& names)
{
  find();
  const auto& all = m_discovered->gateways;
  std::vector<std::string_view> known;
  for (const auto& gateway : all) {
    known.push_back(gateway.name);
  }
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      discovered(); // one of its warnings may say why
      const auto similar = nearest(name, known);
      return fail(FailureClass::usage,
                  fmt::format("there is no gateway '{}'{}", name,
                              similar ? fmt::format(": did you mean '{}'?", *similar) : ""),
                  known.empty() ? "none was found at all"
                                : fmt::format("known: {}", fmt::join(known, ", ")));
    }
  }
  // What others are about helps nobody who named one.
  const bool only_own = !names.empty() && std::all_of(all.begin(), all.end(), [&](const auto& one) {
    return !is_wanted(one, names) || is_from_limn_yaml(one);
  });
  tell_warnings([&](const DiscoveryWarning& warning) {
    return names.empty()
           || (warning.gateway.empty()
                 ? !only_own
                 : std::find(names.begin(), names.end(), warning.gateway) != names.end());
  });
  std::vector<Gateway> chosen;
  for (const auto& gateway : all) {
    if (is_wanted(gateway, names) && gateway.usable()) {
      chosen.push_back(gateway);
    }
  }
  if (chosen.empty()) {
    return fail(nothing_to_ask(*m_discovered, names));
  }
  return chosen;
}

Result<std::unique_ptr<Transport>> Session::transport(Loop& loop)
{
  for (const auto& secret : proxy_secrets()) {
    m_console.hide(secret);
  }
  TransportOptions options;
  options.ca_file = m_options.ca_file.empty() ? m_options.ca_file : from_here(m_options.ca_file);
  options.user_agent = "limn/" LIMN_VERSION;
  options.limits = m_settings.limits;
  return Transport::create(loop, std::move(options), m_console);
}

} // namespace limn
