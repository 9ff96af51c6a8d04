#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "job/picture_way.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// What limn-view is to do: see host/viewer/order.hpp.
struct ViewerOrder {
  PictureChoice choice;
  Size room; // cells
  std::optional<Size> cell;
};

// Or this: see host/viewer/small_jpeg.hpp.
struct SmallJpegOrder {
  Size room; // pixels
  std::size_t most_bytes = 0;
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

// limn-view, which shows one picture in standard error's terminal, or makes a small JPEG of it:
// without limn's environment but for what a terminal is known by, and with no other descriptor. In
// limn's process group, since the terminal answers only there. It does not outlive this.
class ViewerProcess
{
public:
  // `picture`: a file or memory with its bytes, borrowed for the call. FailureClass::internal where
  // it cannot be started.
  static Result<std::unique_ptr<ViewerProcess>> start(const ViewerOrder& order, int picture);

  // The same, into `jpeg`, a file or memory that nobody else writes to.
  static Result<std::unique_ptr<ViewerProcess>> start(const SmallJpegOrder& order, int picture,
                                                      int jpeg);

  ~ViewerProcess();
  ViewerProcess(const ViewerProcess&) = delete;
  ViewerProcess& operator=(const ViewerProcess&) = delete;

  // Is readable when it has said something, or has ended.
  int descriptor() const { return m_report.number(); }

  // Takes what it said; true once it has ended.
  bool has_ended();

  // Waits for its end, so long at most. False: it goes on.
  bool wait(std::chrono::milliseconds time);

  // Its end. One that goes on is asked to end, and then ended; at once where no terminal has to be
  // left as it was.
  ViewerEnd end();

private:
  enum class Into { terminal, file };
  static Result<std::unique_ptr<ViewerProcess>> start(std::vector<std::string> words, Into into,
                                                      int picture, int out);
  ViewerProcess(pid_t process, Descriptor report, Into into);

  pid_t m_process; // 0: its end was taken
  Into m_into;
  Descriptor m_report;
  std::string m_said;
  bool m_is_closed = false;
};

} // namespace limn
