#include "conformance/false_host.hpp"

#include "plugin/guard.hpp"

#include <algorithm>
#include <utility>

namespace limn::conformance {

namespace {

limn_status report_unreadable(const limn_error_sink* errors) noexcept
{
  if (errors && errors->report) {
    const limn_error error{
      sizeof(limn_error), LIMN_SETTINGS, LIMN_STR("it cannot be read"), {}, {}, {}, -1};
    errors->report(errors->context, &error);
  }
  return LIMN_SETTINGS;
}

} // namespace

FalseHost::FalseHost(HostWishes wishes)
  : m_wishes(std::move(wishes)),
    m_services(m_log, {}), m_files{sizeof(limn_files_v1), 0, this, read, list},
    m_clock{sizeof(limn_clock_v1), 0, this, unix_ms, steady_ms}, m_host(*m_services.host())
{
  m_host.context = this;
  m_host.get_service = get_service;
  if (m_wishes.is_from_the_future) {
    m_host.abi_minor += 1000;
  }
}

const void* FalseHost::get_service(const limn_host* host, limn_str id) noexcept
{
  auto* self = static_cast<FalseHost*>(host->context);
  const std::string_view name(id.data, id.data ? id.size : 0);
  const auto& missing = self->m_wishes.missing;
  if (!self->m_wishes.has_services || std::ranges::find(missing, name) != missing.end()) {
    return nullptr;
  }
  if (name == LIMN_SERVICE_CLOCK) {
    return &self->m_clock;
  }
  if (name == LIMN_SERVICE_FILES && self->m_wishes.files != HostWishes::Files::real) {
    return &self->m_files;
  }
  const auto* real = self->m_services.host();
  return real->get_service(real, id);
}

limn_status FalseHost::read(void* context, limn_str, std::size_t max_size, limn_str_sink content,
                            const limn_error_sink* errors) noexcept
{
  const auto* self = static_cast<FalseHost*>(context);
  if (self->m_wishes.files == HostWishes::Files::replaced) {
    const auto& text = self->m_wishes.file_content;
    content.put(content.context, {text.data(), std::min(text.size(), max_size)});
    return LIMN_OK;
  }
  return report_unreadable(errors);
}

// A folder has one file of any kind that is asked for.
limn_status FalseHost::list(void* context, limn_str, limn_str ending, limn_str_sink names,
                            const limn_error_sink* errors) noexcept
{
  const auto* self = static_cast<FalseHost*>(context);
  if (self->m_wishes.files != HostWishes::Files::replaced) {
    return report_unreadable(errors);
  }
  bool is_told = false;
  ignoring_exceptions([&] {
    const auto name = "a" + std::string(ending.data, ending.data ? ending.size : 0);
    names.put(names.context, {name.data(), name.size()});
    is_told = true;
  });
  return is_told ? LIMN_OK : report_unreadable(errors);
}

std::int64_t FalseHost::unix_ms(void* context) noexcept
{
  return 1'700'000'000'000 + static_cast<FalseHost*>(context)->m_now_ms;
}

std::int64_t FalseHost::steady_ms(void* context) noexcept
{
  return static_cast<FalseHost*>(context)->m_now_ms;
}

} // namespace limn::conformance
