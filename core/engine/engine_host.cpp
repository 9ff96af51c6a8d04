#include "engine/engine_host.hpp"

#include "base/nearest.hpp"
#include "engine/no_gateway.hpp"
#include "http/proxy.hpp"
#include "http/transport.hpp"
#include "isolation/isolated_plugin.hpp"
#include "loop/epoll_loop.hpp"
#include "model/component_id.hpp"
#include "model/gateway_secrets.hpp"
#include "plugin/host_services.hpp"
#include "settings/value.hpp"
#include "store/store_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

namespace limn {

// What a reload makes anew. Jobs hold on to the one that they began with.
struct EngineHost::Ground {
  Settings settings;
  std::shared_ptr<Stores> stores;
  HeldLog log; // of plugins
  HostServices services;
  std::unique_ptr<Registry> registry;
  std::optional<Discovered> discovered;

  Ground(Settings a_settings, std::shared_ptr<Stores> a_stores, Log& a_log)
    : settings(std::move(a_settings)), stores(std::move(a_stores)), log(a_log),
      services(log, settings.failure_words)
  {
  }
};

namespace {

constexpr std::chrono::milliseconds k_store_timeout{8'000};

// Whether nothing but limn.yaml tells of it.
bool is_from_limn_yaml(const Gateway& gateway)
{
  return std::all_of(gateway.origins.begin(), gateway.origins.end(),
                     [](const std::string& origin) { return origin.starts_with("limn.yaml#"); });
}

std::vector<std::string> isolated(const EngineHostOptions& options, const Settings& settings)
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
    if (std::ranges::any_of(settings.sources, [&](const std::string& source) {
          return source_and_part(source).first == id;
        })) {
      return fail(FailureClass::settings,
                  fmt::format("the config source {} cannot be isolated: it works with the "
                              "environment, files and keys",
                              id),
                  "take it out of plugins.isolate (or --isolate); providers can be isolated");
    }
  }
  return {};
}

void hide_secrets(Redactor& redactor, const Settings& settings)
{
  for (const auto& gateway : settings.gateways) {
    if (gateway.api_key) {
      redactor.add(*gateway.api_key);
    }
    add_secrets(redactor, gateway.headers);
    add_secrets(redactor, gateway.settings);
  }
  for (const auto& [id, pairs] : settings.components) {
    add_secrets(redactor, pairs);
  }
  for (const auto& model : settings.models) {
    redactor.add_public(model);
  }
}

} // namespace

Result<std::unique_ptr<EngineHost>> EngineHost::open(EngineHostOptions options, Loop& loop,
                                                     Log& log, Redactor& redactor)
{
  std::unique_ptr<EngineHost> host(new EngineHost(std::move(options), loop, log, redactor));
  LIMN_TRY_ASSIGN(host->m_ground, host->read_ground());
  return host;
}

EngineHost::EngineHost(EngineHostOptions options, Loop& loop, Log& log, Redactor& redactor)
  : m_options(std::move(options)), m_loop(loop), m_log(log), m_redactor(redactor), m_disk(loop),
    m_locks(loop)
{
}

EngineHost::~EngineHost() = default;

Done EngineHost::reload()
{
  LIMN_TRY_ASSIGN(auto ground, read_ground());
  m_ground = std::move(ground);
  if (m_engine) {
    m_transport->limit(settings().limits);
    m_engine->renew(engine_ground());
  }
  return {};
}

Result<std::shared_ptr<EngineHost::Ground>> EngineHost::read_ground()
{
  std::vector<std::string> warnings;
  LIMN_TRY_ASSIGN(auto settings, load_settings(m_options.settings_files, warnings));
  auto stores = std::make_shared<Stores>(settings.stores, warnings);
  stores->add_secrets(m_redactor);
  for (const auto& warning : warnings) {
    m_log.write(LogLevel::warning, warning);
  }
  LIMN_TRY(refuse_isolated_sources(isolated(m_options, settings), settings));
  hide_secrets(m_redactor, settings);
  return std::make_shared<Ground>(std::move(settings), std::move(stores), m_log);
}

const Settings& EngineHost::settings() const
{
  return m_ground->settings;
}

std::shared_ptr<Stores> EngineHost::stores() const
{
  return m_ground->stores;
}

std::shared_ptr<const void> EngineHost::hold() const
{
  return m_ground;
}

Registry& EngineHost::registry()
{
  auto& ground = *m_ground;
  if (!ground.registry) {
    PluginSearch search;
    if (m_options.has_plugins) {
      search.files = m_options.plugin_files;
      search.directories =
        plugin_directories(ground.settings.plugin_directories, m_options.plugin_folder);
      search.isolation = {isolated(m_options, ground.settings),
                          IsolatedPlugin::starter(ground.settings.failure_words)};
    }
    ground.registry =
      std::make_unique<Registry>(search, ground.services.host(), ground.settings.components, m_log);
  }
  return *ground.registry;
}

Learnt& EngineHost::learnt()
{
  if (!m_learnt) {
    const auto& folder = m_options.state_folder;
    std::string warning;
    m_learnt.emplace(Learnt::load(folder.empty() ? folder : folder / "learnt.json", warning));
    if (!warning.empty()) {
      m_log.write(LogLevel::warning, warning);
    }
  }
  return *m_learnt;
}

Engine& EngineHost::engine()
{
  if (!m_engine) {
    for (const auto& secret : proxy_secrets()) {
      m_redactor.add(secret);
    }
    m_transport = std::make_unique<Transport>(
      m_loop, TransportOptions{m_options.ca_file, m_options.user_agent, settings().limits}, m_log);
    m_engine = std::make_unique<Engine>(*m_transport, EngineThreads{m_disk, m_locks}, learnt(),
                                        engine_ground(), rate_time_now, m_rates);
  }
  return *m_engine;
}

// On a loop of its own: jobs are begun only behind it.
Done EngineHost::check_store(const StoreAddress& address)
{
  auto& stores = *m_ground->stores;
  if (!stores.is_to_be_checked(address.bucket)) {
    return {};
  }
  LIMN_TRY_ASSIGN(const auto loop, epoll_loop());
  auto limits = settings().limits;
  limits.connect_timeout = std::min(limits.connect_timeout, k_store_timeout);
  Transport transport(*loop, {m_options.ca_file, m_options.user_agent, limits}, m_log);
  Done done;
  StoreCheck check(transport, stores, address, k_store_timeout, [&](Done told) {
    done = std::move(told);
    loop->stop();
  });
  loop->run();
  return done;
}

HttpClient& EngineHost::client()
{
  engine();
  return *m_transport;
}

EngineGround EngineHost::engine_ground()
{
  const auto& folder = m_options.history_folder;
  const bool keeps = settings().keeps_history && !folder.empty();
  if (keeps && !m_chronicle) {
    m_chronicle = std::make_unique<Chronicle>(m_loop, m_disk, folder, m_redactor, m_log);
  }
  if (m_chronicle) {
    m_chronicle->keep(settings().history_kept);
  }
  return {registry(), settings(), m_ground, keeps ? m_chronicle.get() : nullptr,
          m_ground->stores.get()};
}

void EngineHost::remember()
{
  if (!m_learnt) {
    return;
  }
  if (const auto saved = m_learnt->synchronize(); !saved) {
    m_log.write(LogLevel::warning, saved.error().message);
  }
}

// --- Gateways ---

const Discovered& EngineHost::discovered()
{
  find();
  tell_warnings([](const DiscoveryWarning&) { return true; });
  return *m_ground->discovered;
}

void EngineHost::find()
{
  auto& ground = *m_ground;
  if (ground.discovered) {
    return;
  }
  ground.discovered = discovered_by(ground.settings);
}

// What plugins log is held back until every key is known.
Discovered EngineHost::discovered_by(const Settings& settings)
{
  auto& ground = *m_ground;
  ground.log.hold();
  auto found = discover(settings, registry(), ground.services);
  for (auto& line : ground.log.release()) {
    // Two sources that read one file say the same of it.
    if (std::ranges::find(found.warnings, line, &DiscoveryWarning::text) == found.warnings.end()) {
      found.warnings.push_back({std::move(line), ""});
    }
  }
  for (const auto& gateway : found.gateways) {
    add_secrets(m_redactor, gateway);
  }
  return found;
}

Discovered EngineHost::looked_through(const std::vector<std::string>& sources)
{
  auto settings = m_ground->settings;
  settings.sources = sources;
  auto found = discovered_by(settings);
  for (const auto& warning : found.warnings) {
    m_log.write(LogLevel::warning, warning.text);
  }
  found.warnings.clear();
  return found;
}

// Each once.
void EngineHost::tell_warnings(const std::function<bool(const DiscoveryWarning&)>& matters)
{
  auto& warnings = m_ground->discovered->warnings;
  const auto told = std::stable_partition(warnings.begin(), warnings.end(), std::not_fn(matters));
  for (auto one = told; one != warnings.end(); ++one) {
    m_log.write(LogLevel::warning, one->text);
  }
  warnings.erase(told, warnings.end());
}

Result<std::vector<Gateway>> EngineHost::gateways(const std::vector<std::string>& names)
{
  find();
  const auto& all = m_ground->discovered->gateways;
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
    return fail(nothing_to_ask(*m_ground->discovered, settings(), m_options.settings_files, names));
  }
  return chosen;
}

} // namespace limn
