#include "plugin/component_record.hpp"

#include <fmt/format.h>

namespace limn {

std::string who(const ComponentRecord& record)
{
  const auto file = record.file.string();
  return record.id.empty() ? fmt::format("plugin {}", file)
                           : fmt::format("{} {} ({})", record.kind, record.id, file);
}

std::string reason_of(const Failure& failure)
{
  return failure.hint.empty() ? failure.message
                              : fmt::format("{}; {}", failure.message, failure.hint);
}

void log_state(const ComponentRecord& record, Log& log)
{
  const auto what = who(record);
  switch (record.state) {
  case ComponentRecord::State::ready:
    return record.isolation.empty()
             ? log.write(LogLevel::debug, fmt::format("{}: ready", what))
             : log.write(LogLevel::info, fmt::format("{}: ready, {}", what, record.isolation));
  case ComponentRecord::State::shadowed:
  case ComponentRecord::State::skipped:
    return log.write(LogLevel::info, fmt::format("{} is not used: {}", what, record.reason));
  case ComponentRecord::State::failed:
    return log.write(LogLevel::warning, fmt::format("{} is not used: {}", what, record.reason));
  }
}

} // namespace limn
