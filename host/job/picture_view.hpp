#pragma once

#include "base/descriptor.hpp"
#include "job/options.hpp"
#include "job/picture_way.hpp"
#include "job/terminal.hpp"
#include "job/viewer_process.hpp"
#include "loop/loop.hpp"
#include "picture/image_header.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace limn {

// Shows pictures in the terminal that standard error is, below what stands there: each by a process
// of its own (limn-view), since pictures are foreign bytes. Costs nothing until one is shown. Why
// one was not is told with -v only: it is on the disk all the same. On one thread.
class PictureView
{
public:
  // `terminal` is borrowed. `show`: of the command line, else of the settings.
  PictureView(Terminal& terminal, const GlobalOptions& options, ShowPictures show);

  // False where nothing will be: not wanted, no terminal, or one that took none.
  bool shows() const { return m_choice.way != PictureWay::none; }

  // Waits until it is there, or until the terminal has taken nothing for seconds: then it is the
  // last one. What is said meanwhile comes behind it.
  void show(const std::filesystem::path& path);

private:
  friend class PreviewView;

  // The terminal is the picture's until `ended` was called with what became of it.
  std::unique_ptr<ViewerProcess> begin(int picture, PictureScale scale);
  void ended(const ViewerEnd& end, PictureScale scale);
  void tell(const std::string& sentence);

  Terminal& m_terminal;
  PictureSite m_site;
  PictureChoice m_choice;
};

// Shows previews while an image is drawn: the loop goes on meanwhile, whatever the terminal does.
// Of those that come while one is shown only the last is kept.
class PreviewView
{
public:
  // Both are borrowed.
  PreviewView(PictureView& view, Loop& loop) : m_view(view), m_loop(loop) {}
  ~PreviewView() { finish(); }
  PreviewView(const PreviewView&) = delete;
  PreviewView& operator=(const PreviewView&) = delete;

  // `picture` is borrowed for the call.
  void show(const ByteSource& picture);

  // No more of them: the one that is being shown has another second, one that waits is dropped. The
  // terminal is limn's again.
  void finish();

private:
  void begin(const Descriptor& picture);
  void took_end();

  PictureView& m_view;
  Loop& m_loop;
  std::unique_ptr<ViewerProcess> m_process;
  Watch m_watch; // of m_process; ends before it
  Timer m_patience;
  Descriptor m_next;
};

} // namespace limn
