#pragma once

#include <string_view>

namespace limn {

enum class LogLevel { error, warning, info, debug };

// Where core says what it does, for -v. The host shows it, redacted.
class Log
{
public:
  virtual ~Log() = default;
  virtual bool wants(LogLevel level) const = 0; // ask before building an expensive line
  virtual void write(LogLevel level, std::string_view line) = 0; // one line, without a newline
};

} // namespace limn
