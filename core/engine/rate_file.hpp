#pragma once

#include "engine/rate_book.hpp"
#include "memory/rate_record.hpp"
#include "memory/rate_slots.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// Who is let in at one gateway, by what it was sent lately, in files that all processes of the user
// share. Its functions wait for locks and disks: once it is made only the disk thread calls them.
class RateFile
{
public:
  using Milliseconds = RateBook::Milliseconds;
  using Asked = RateBook::Asked;
  using Ruling = RateBook::Ruling;
  using Look = RateBook::Look;

  // `file` empty: what is known is so for this process only. `window`: what is called a minute.
  RateFile(std::filesystem::path file, std::function<RateTime()> now, Milliseconds window);

  // Lets in whoever may go, in order. The file is held for the while of it, and written once for
  // all of them. `queue` is not empty.
  Look look(const std::vector<Asked>& queue);

  // The gateway wants nothing before that uptime. Returns the trouble with it, as Look has it.
  std::string close(Milliseconds until);

  // It wants nothing of the kind any more. Returns the trouble likewise.
  std::string reopen();

  void give_back(int slot);

private:
  bool admit(const std::vector<Asked>& queue, RateRecord& record, Milliseconds now, Look& look);
  bool admit_one(const Asked& asked, RateRecord& record, Milliseconds now, Ruling& ruling,
                 Look& look);
  std::optional<Milliseconds> wait_for_tokens(const Asked& asked, RateRecord& record,
                                              Milliseconds now) const;
  int take_slot(int most);
  void update(const std::function<bool(RateRecord&, const RateTime&)>& change);
  void keep_to_itself(const std::string& why);

  std::filesystem::path m_file;
  std::function<RateTime()> m_now;
  Milliseconds m_window;
  RateRecord m_record; // as it was last read or changed
  RateSlots m_slots;
  bool m_is_shared;
  std::string m_trouble; // not told yet
};

} // namespace limn
