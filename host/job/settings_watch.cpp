#include "job/settings_watch.hpp"

#include <utility>

namespace limn {

namespace {

std::vector<std::filesystem::file_time_type> times_of(const SettingsFiles& files)
{
  std::vector<std::filesystem::file_time_type> times;
  for (const auto& file : {files.limn_yaml, files.preferences}) {
    std::error_code error;
    const auto time = std::filesystem::last_write_time(file, error);
    times.push_back(error ? std::filesystem::file_time_type::min() : time);
  }
  return times;
}

} // namespace

SettingsWatch::SettingsWatch(Session& session)
  : m_session(session), m_times(times_of(session.host().options().settings_files))
{
}

void SettingsWatch::look()
{
  const auto times = times_of(m_session.host().options().settings_files);
  if (std::exchange(m_times, times) != times) {
    if (const auto read = m_session.host().reload(); !read) {
      m_session.terminal().say(LogLevel::warning, read.error().message);
    }
  }
}

} // namespace limn
