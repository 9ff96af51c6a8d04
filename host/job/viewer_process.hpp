#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "job/picture_way.hpp"

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// What limn-view is to do: see host/viewer/order.hpp.
struct ViewerOrder {
  PictureChoice choice;
  Size room; // cells
  std::optional<Size> cell;
};

// What became of it.
struct ViewerEnd {
  bool was_shown = false;
  bool took_nothing = false;       // the terminal did not read, or is gone
  bool was_cut_short = false;      // by end()
  bool left_a_mess = false;        // it ended in the midst of something
  std::string words;               // why not, as a sentence; not to be trusted
  std::optional<PictureWay> asked; // what the terminal answered
};

// limn-view, which shows one picture in standard error's terminal: without limn's environment but
// for what a terminal is known by, and with no other descriptor. In limn's process group, since the
// terminal answers only there. It does not outlive this.
class ViewerProcess
{
public:
  // `picture`: a file or memory with its bytes, borrowed for the call. FailureClass::internal where
  // it cannot be started.
  static Result<std::unique_ptr<ViewerProcess>> start(const ViewerOrder& order, int picture);

  ~ViewerProcess();
  ViewerProcess(const ViewerProcess&) = delete;
  ViewerProcess& operator=(const ViewerProcess&) = delete;

  // Is readable when it has said something, or has ended.
  int descriptor() const { return m_report.number(); }

  // Takes what it said; true once it has ended.
  bool has_ended();

  // Waits for its end, so long at most. False: it goes on.
  bool wait(std::chrono::milliseconds time);

  // Its end. One that goes on is asked to end, and then ended.
  ViewerEnd end();

private:
  ViewerProcess(pid_t process, Descriptor report);

  pid_t m_process; // 0: its end was taken
  Descriptor m_report;
  std::string m_said;
  bool m_is_closed = false;
};

} // namespace limn
