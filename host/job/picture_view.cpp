#include "job/picture_view.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <utility>

namespace limn {

namespace {

// limn-view gives up by itself where a terminal takes nothing for three seconds; this is for one
// that takes a little now and then.
constexpr std::chrono::seconds k_longest{20};
constexpr std::chrono::seconds k_longest_preview{8};
constexpr std::chrono::seconds k_last_preview{1};
constexpr std::uint64_t k_largest_preview = 64 << 20;

// Of whatever code it is in the midst of, and of colours. kitty waits for the rest of a picture
// until it is told that there is none.
std::string_view end_of_codes(PictureWay way)
{
  return way == PictureWay::kitty ? "\x1b\\\x1b_Gq=2,m=0;\x1b\\\x1b[0m\r\n" : "\x1b\\\x1b[0m\r\n";
}

// A signal that would end limn does so once nobody has the terminal any more: limn-view gets it
// too, and puts an end to what it has begun.
class SignalsLater
{
public:
  SignalsLater()
  {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) {
      ::sigaddset(&signals, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &signals, &m_before);
  }
  SignalsLater(const SignalsLater&) = delete;
  SignalsLater& operator=(const SignalsLater&) = delete;
  ~SignalsLater() { ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }

private:
  sigset_t m_before{};
};

// The bytes in memory of their own; none if there is none.
Descriptor copy_of(const ByteSource& picture)
{
  Descriptor copy(::memfd_create("limn-preview", MFD_CLOEXEC));
  std::array<std::byte, 64 << 10> part;
  const auto size = picture.size();
  for (std::uint64_t at = 0; copy && at < size;) {
    const auto count = picture.read_at(at, part);
    if (count == 0 || ::write(copy.number(), part.data(), count) != static_cast<ssize_t>(count)) {
      return {};
    }
    at += count;
  }
  return copy;
}

} // namespace

PictureView::PictureView(Terminal& terminal, const GlobalOptions& options, ShowPictures show)
  : m_terminal(terminal), m_site(picture_site())
{
  m_site.is_for_people = options.format == ReportFormat::text && !options.events && !options.quiet;
  m_choice = choose_pictures(show, m_site);
}

void PictureView::show(const std::filesystem::path& path)
{
  if (!shows()) {
    return;
  }
  const Descriptor picture(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!picture) {
    tell("the picture cannot be shown: " + path.string() + " cannot be read");
    return;
  }
  const SignalsLater later;
  if (const auto process = begin(picture.number(), PictureScale::whole)) {
    process->wait(k_longest);
    ended(process->end(), PictureScale::whole);
  }
}

std::unique_ptr<ViewerProcess> PictureView::begin(int picture, PictureScale scale)
{
  const auto now = picture_site(); // windows are resized
  m_site.window = now.window;
  m_site.window_pixels = now.window_pixels;
  m_terminal.lend();
  auto process =
    ViewerProcess::start({m_choice, picture_room(m_site, scale), cell_size(m_site)}, picture);
  if (!process) {
    m_terminal.take_back({});
    tell(process.error().message);
    m_choice = {};
    return nullptr;
  }
  return std::move(*process);
}

void PictureView::ended(const ViewerEnd& end, PictureScale scale)
{
  if (end.asked) { // once is enough
    m_choice = {*end.asked, PictureWay::none};
  }
  // What a terminal that does not read has not taken of a preview would hold up the image's report.
  const bool is_in_the_way =
    scale == PictureScale::preview && (end.took_nothing || end.was_cut_short);
  if (is_in_the_way) {
    ::tcflush(STDERR_FILENO, TCOFLUSH);
  }
  m_terminal.take_back(end.left_a_mess || is_in_the_way ? end_of_codes(m_choice.way)
                                                        : std::string_view());
  if (end.took_nothing) {
    m_choice = {};
    return; // nor would it take the reason
  }
  if (!end.was_shown) {
    tell(end.words);
  }
}

void PictureView::tell(const std::string& sentence)
{
  m_terminal.write(LogLevel::info, sentence);
}

void PreviewView::show(const ByteSource& picture)
{
  if (!m_view.shows() || picture.size() > k_largest_preview) {
    return;
  }
  auto copy = copy_of(picture);
  if (!copy) {
    return;
  }
  if (m_process) {
    m_next = std::move(copy);
    return;
  }
  begin(copy);
}

void PreviewView::begin(const Descriptor& picture)
{
  m_process = m_view.begin(picture.number(), PictureScale::preview);
  if (!m_process) {
    return;
  }
  m_watch = m_loop.watch(m_process->descriptor(), Events::readable, [this](Events) {
    if (m_process->has_ended()) {
      took_end();
    }
  });
  m_patience = m_loop.after(k_longest_preview, [this] { took_end(); });
}

void PreviewView::took_end()
{
  m_watch.end();
  m_patience.cancel();
  m_view.ended(std::exchange(m_process, nullptr)->end(), PictureScale::preview);
  if (m_next && m_view.shows()) {
    const auto next = std::move(m_next);
    begin(next);
  }
}

void PreviewView::finish()
{
  m_next.close();
  if (m_process) {
    m_process->wait(k_last_preview);
    took_end();
  }
}

} // namespace limn
