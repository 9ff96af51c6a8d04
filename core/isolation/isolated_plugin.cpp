#include "isolation/isolated_plugin.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

namespace limn {

namespace {

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

StartPluginProcess IsolatedPlugin::starter(FailureWords words)
{
  return [words = std::move(words)](const std::filesystem::path& file,
                                    Log& log) -> Result<std::shared_ptr<PluginProcess>> {
    LIMN_TRY_ASSIGN(auto process, IsolatedProcess::start(file));
    std::shared_ptr<IsolatedPlugin> plugin(new IsolatedPlugin(file, std::move(process), log));
    LIMN_TRY(plugin->load(words));
    return plugin;
  };
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
  LIMN_TRY_ASSIGN(auto list, read_list(loaded->listed));
  for (auto& one : list) {
    take(std::move(one));
  }
  return {};
}

void IsolatedPlugin::take(Listed one)
{
  const auto index = static_cast<std::uint32_t>(m_components.size());
  one.record.file = m_file;
  one.record.isolation = m_isolation;
  const limn_component* component = nullptr;
  if (one.record.state == ComponentRecord::State::ready && one.record.kind == k_provider_kind) {
    const auto& record = one.record;
    auto who = fmt::format("{} {} ({})", record.kind, record.id, record.file.string());
    m_stand_ins.push_back(std::make_unique<StandIn>(
      m_calls, m_log, index,
      StandIn::Words{record.id, record.display_name, record.summary, std::move(who)},
      one.can_cancel ? StandIn::Cancel::offered : StandIn::Cancel::absent,
      one.has_terms ? StandIn::Terms::offered : StandIn::Terms::absent));
    component = m_stand_ins.back()->component();
  }
  m_components.push_back({std::move(one.record), component});
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
