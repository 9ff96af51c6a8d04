#include "viewer/viewer.hpp"

#include "viewer/decode.hpp"
#include "viewer/order.hpp"
#include "viewer/picture_stream.hpp"
#include "viewer/question.hpp"
#include "viewer/small_jpeg.hpp"
#include "viewer/terminal_output.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace limn::viewer {

namespace {

constexpr int k_not_shown = 1;
constexpr int k_usage = 2;
constexpr int k_took_nothing = 3;

constexpr rlim_t k_memory = 512 << 20;
constexpr rlim_t k_cpu_seconds = 10;
constexpr rlim_t k_written = 16 << 20; // into a file

void say(std::string_view line)
{
  const auto text = std::string(line) + "\n";
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) {
    return; // nobody is there to be told
  }
}

// A picture that wants more is not shown. And it does not outlive who wants it shown.
void limit_what_it_takes()
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if !defined(__has_feature)
#define LIMN_HAS_LIMITED_MEMORY
#elif !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define LIMN_HAS_LIMITED_MEMORY
#endif
#endif
#ifdef LIMN_HAS_LIMITED_MEMORY // sanitizers map terabytes
  const rlimit memory{k_memory, k_memory};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
  const rlimit time{k_cpu_seconds, k_cpu_seconds};
  ::setrlimit(RLIMIT_CPU, &time);
  const rlimit no_core{1, 1};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  std::signal(SIGTSTP, SIG_IGN); // who wants it shown stops behind it
}

// Of standard input, for as long as the process lives.
Result<std::span<const std::byte>> map_file()
{
  struct stat status {
  };
  if (::fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0) {
    return damaged();
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > k_most_bytes) {
    return too_large();
  }
  const auto* bytes =
    ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  if (bytes == MAP_FAILED) {
    return too_large();
  }
  return std::span(static_cast<const std::byte*>(bytes), static_cast<std::size_t>(size));
}

Way way_of(const Order& order)
{
  if (order.way != Way::ask) {
    return order.way;
  }
  const auto answered = ask(STDOUT_FILENO);
  const auto way = answered.value_or(Way::none) == Way::none ? order.otherwise : *answered;
  if (answered) {
    say("way " + std::string(to_string(way)));
  }
  return way;
}

Done show(Order order)
{
  order.way = way_of(order);
  if (order.way == Way::none) {
    return fail(FailureClass::usage, "this terminal shows no pictures");
  }
  LIMN_TRY_ASSIGN(const auto file, map_file());
  Size picture;
  LIMN_TRY_ASSIGN(const auto raster, decode(file, [&](Size size) {
                    picture = size;
                    return target_size(order, size);
                  }));
  const auto stream = picture_stream(order, picture, raster);
  if (stream.empty()) {
    return too_large();
  }
  TerminalOutput output(STDOUT_FILENO);
  switch (output.write(stream, end_of_cut_picture(order.way))) {
  case TerminalOutput::End::written:
    return {};
  case TerminalOutput::End::stalled:
    return fail(FailureClass::not_saved, "the terminal takes no picture: it does not read");
  case TerminalOutput::End::interrupted:
    return fail(FailureClass::cancelled, "the picture was interrupted");
  case TerminalOutput::End::broken:
    break;
  }
  return fail(FailureClass::not_saved, "the terminal is gone");
}

// To a file or a pipe: no terminal, which may have a picture cut.
Done write_small_jpeg(const SmallJpegOrder& order)
{
  const rlimit written{k_written, k_written};
  ::setrlimit(RLIMIT_FSIZE, &written);
  LIMN_TRY_ASSIGN(const auto file, map_file());
  LIMN_TRY_ASSIGN(const auto jpeg, small_jpeg(file, order));
  std::string_view left(jpeg);
  while (!left.empty()) {
    const auto count = ::write(STDOUT_FILENO, left.data(), left.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return fail(FailureClass::not_saved, "nobody takes the picture");
    }
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// Its exit status; what went wrong has been said.
template <typename Work>
int done(Work work)
{
  try {
    const auto ended = work();
    if (ended) {
      return 0;
    }
    say(ended.error().message);
    return ended.error().failure_class == FailureClass::not_saved ? k_took_nothing : k_not_shown;
  } catch (const std::exception&) { // there is no other but for memory
    say(too_large().value().message);
  }
  return k_not_shown;
}

} // namespace

int view(int argc, char** argv)
{
  limit_what_it_takes();
  const std::span<const char* const> words(argv + 1, argv + argc);
  if (const auto order = read_small_jpeg_order(words)) {
    return done([&] { return write_small_jpeg(*order); });
  }
  TerminalOutput::end_at_signals();
  const auto order = read_order(words);
  if (!order) {
    say("limn-view is called by limn: WAY COLUMNSxROWS CELL|- WAY, or jpeg WIDTHxHEIGHT BYTES; a "
        "picture on standard input");
    return k_usage;
  }
  return done([&] { return show(*order); });
}

} // namespace limn::viewer
