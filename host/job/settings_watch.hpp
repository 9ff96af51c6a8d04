#pragma once

#include "base/files.hpp"
#include "job/session.hpp"

#include <array>

namespace limn {

// For what runs for days: what its user writes into the settings meanwhile holds from the next look
// on, and so does what other processes learnt of gateways, or forgot.
class SettingsWatch
{
public:
  // The session is borrowed, and has just been opened.
  explicit SettingsWatch(Session& session);

  // Reads the files anew where they have changed; says so where they are faulty now, and what held
  // before goes on to. Returns whether others may hold since.
  bool look();

  // Reads them whether they have changed or not: gateways are looked for anew, too.
  Done read();

private:
  Session& m_session;
  std::array<FileStamp, 2> m_stamps; // of the files, as they were read
};

} // namespace limn
