#include "plugin/isolation/isolated_plugin.hpp"

#include "settings/value.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

namespace limn {

namespace {

constexpr std::uint32_t k_most_components = 64;
constexpr std::size_t k_longest_id = 64;
constexpr std::size_t k_longest_name = 300;
constexpr std::size_t k_longest_reason = 1000;

// The process has checked it, but a plugin may speak for its process.
std::string label(MessageReader& message, std::size_t longest)
{
  return fit_for_people(message.words(), longest);
}

// As far as the kernel went along.
std::string isolation_of(std::string_view guarded)
{
  MessageReader message(guarded);
  message.number<std::uint8_t>(); // Told::guarded
  const auto landlock_error = message.number<std::int32_t>();
  const auto filter_error = message.number<std::int32_t>();
  if (filter_error != 0) {
    return fmt::format("own process and no environment only: the kernel has no filter for it "
                       "(seccomp: {})",
                       std::strerror(filter_error));
  }
  return fmt::format("own process, no files{}, no network, no environment (seccomp{})",
                     landlock_error == 0 ? "" : " once it is loaded",
                     landlock_error == 0 ? ", landlock" : "");
}

} // namespace

Result<std::shared_ptr<IsolatedPlugin>> IsolatedPlugin::start(const std::filesystem::path& file,
                                                              const FailureWords& words, Log& log)
{
  LIMN_TRY_ASSIGN(auto process, IsolatedProcess::start(file));
  std::shared_ptr<IsolatedPlugin> plugin(new IsolatedPlugin(file, std::move(process), log));
  LIMN_TRY(plugin->load(words));
  return plugin;
}

IsolatedPlugin::IsolatedPlugin(std::filesystem::path file, std::unique_ptr<IsolatedProcess> process,
                               Log& log)
  : m_file(std::move(file)), m_log(log),
    m_calls(std::move(process), fmt::format("plugin {}", m_file.string()), log)
{
}

Done IsolatedPlugin::load(const FailureWords& words)
{
  MessageWriter message(Ask::start);
  message.number(static_cast<std::int64_t>(::getpid()));
  message.number(m_log.wants(LogLevel::debug)  ? LogLevel::debug
                 : m_log.wants(LogLevel::info) ? LogLevel::info
                                               : LogLevel::warning);
  message.text(m_file.string());
  message.number(static_cast<std::uint32_t>(words.size()));
  for (const auto& word : words) {
    message.number(word.where);
    message.number(word.failure_class);
    message.number(word.http_status);
    message.text(word.text);
  }
  const auto loaded = m_calls.load(std::move(message));
  if (!loaded) {
    return fail(FailureClass::internal, "it " + trouble());
  }
  m_isolation = isolation_of(loaded->guarded);
  return take_list(loaded->listed);
}

Done IsolatedPlugin::take_list(std::string_view told)
{
  MessageReader list(told);
  list.number<std::uint8_t>(); // Told::listed
  const bool is_loaded = list.number<std::uint8_t>() != 0;
  if (!is_loaded) {
    auto message = label(list, k_longest_reason);
    return fail(FailureClass::settings, std::move(message), label(list, k_longest_reason));
  }
  ComponentRecord plugin;
  plugin.file = m_file;
  plugin.isolation = m_isolation;
  plugin.plugin = label(list, k_longest_name);
  plugin.version = label(list, k_longest_name);
  plugin.vendor = label(list, k_longest_name);
  const auto count = list.count(k_most_components).count;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!take_component(list, plugin)) {
      return fail(FailureClass::internal, "it said what makes no sense while it was loaded");
    }
  }
  return list.is_whole()
           ? Done()
           : fail(FailureClass::internal, "it said what makes no sense while it was loaded");
}

bool IsolatedPlugin::take_component(MessageReader& list, const ComponentRecord& plugin)
{
  auto record = plugin;
  const auto state = list.number<std::uint8_t>();
  record.id = label(list, k_longest_id);
  record.kind = label(list, k_longest_name);
  record.display_name = label(list, k_longest_name);
  record.summary = label(list, k_longest_name);
  record.reason = label(list, k_longest_reason);
  const auto cancel =
    list.number<std::uint8_t>() != 0 ? StandIn::Cancel::offered : StandIn::Cancel::absent;
  switch (static_cast<ComponentRecord::State>(state)) {
  case ComponentRecord::State::failed:
  case ComponentRecord::State::skipped:
    record.state = static_cast<ComponentRecord::State>(state);
    m_components.push_back({std::move(record), nullptr});
    return true;
  case ComponentRecord::State::ready:
    break;
  default:
    return false;
  }
  if (!is_id(record.id)) {
    return false;
  }
  if (record.kind == k_config_source_kind) {
    m_components.push_back({std::move(record), nullptr});
    return true;
  }
  if (record.kind != k_provider_kind) {
    return false;
  }
  auto who = fmt::format("{} {} ({})", record.kind, record.id, m_file.string());
  const auto index = static_cast<std::uint32_t>(m_components.size());
  const auto& stand_in = m_stand_ins.emplace_back(std::make_unique<StandIn>(
    m_calls, m_log, index,
    StandIn::Words{record.id, record.display_name, record.summary, std::move(who)}, cancel));
  m_components.push_back({std::move(record), stand_in->component()});
  return true;
}

const limn_host* IsolatedPlugin::host_of(const limn_component* component) const
{
  for (const auto& stand_in : m_stand_ins) {
    if (stand_in->component() == component) {
      return stand_in->host();
    }
  }
  return nullptr;
}

} // namespace limn
