#pragma once

#include "base/log.hpp"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace limn {

// Passes lines on, or, while it holds, keeps the warnings and errors until it is known whether they
// matter. From any thread.
class HeldLog : public Log
{
public:
  explicit HeldLog(Log& log) : m_log(log) {}

  void hold()
  {
    const std::lock_guard lock(m_mutex);
    m_holds = true;
  }

  // What came meanwhile; passes on from here.
  std::vector<std::string> release()
  {
    const std::lock_guard lock(m_mutex);
    m_holds = false;
    return std::exchange(m_lines, {});
  }

  bool wants(LogLevel level) const override { return m_log.wants(level); }

  void write(LogLevel level, std::string_view line) override
  {
    {
      const std::lock_guard lock(m_mutex);
      if (m_holds && level <= LogLevel::warning) {
        m_lines.emplace_back(line);
        return;
      }
    }
    m_log.write(level, line);
  }

private:
  Log& m_log;
  std::mutex m_mutex;
  bool m_holds = false;
  std::vector<std::string> m_lines;
};

} // namespace limn
