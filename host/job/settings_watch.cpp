#include "job/settings_watch.hpp"

namespace limn {

namespace {

std::array<FileStamp, 2> stamps_of(const SettingsFiles& files)
{
  return {FileStamp::of(files.limn_yaml), FileStamp::of(files.preferences)};
}

} // namespace

SettingsWatch::SettingsWatch(Session& session)
  : m_session(session), m_stamps(stamps_of(session.host().options().settings_files))
{
}

bool SettingsWatch::look()
{
  m_session.host().remember();
  if (m_stamps == stamps_of(m_session.host().options().settings_files)) {
    return false;
  }
  const auto read = this->read();
  if (!read) {
    m_session.terminal().say(LogLevel::warning, read.error().message);
  }
  return read.has_value();
}

// The stamps before the files: what changes meanwhile is read at the next look.
Done SettingsWatch::read()
{
  m_stamps = stamps_of(m_session.host().options().settings_files);
  return m_session.host().reload();
}

} // namespace limn
