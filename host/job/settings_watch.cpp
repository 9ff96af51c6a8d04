#include "job/settings_watch.hpp"

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

bool SettingsWatch::look()
{
  if (m_times == times_of(m_session.host().options().settings_files)) {
    return false;
  }
  const auto read = this->read();
  if (!read) {
    m_session.terminal().say(LogLevel::warning, read.error().message);
  }
  return read.has_value();
}

// The times before the files: what changes meanwhile is read at the next look.
Done SettingsWatch::read()
{
  m_times = times_of(m_session.host().options().settings_files);
  return m_session.host().reload();
}

} // namespace limn
