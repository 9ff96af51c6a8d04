#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "isolation/channel.hpp"

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace limn {

// The first argument of the process that an isolated plugin lives in; the plugin's file, for lists
// of processes, is the second one.
inline constexpr const char* k_isolated_argument = "--isolated-plugin";

// The descriptor of its end of the line.
inline constexpr int k_isolated_descriptor = 3;

// This executable once more, for one plugin: with an empty environment, its standard streams on
// /dev/null and on a pipe, and in a process group of its own, so that Ctrl-C reaches it through
// limn only. It does not outlive this.
class IsolatedProcess
{
public:
  // FailureClass::internal where the system does not let one be started.
  static Result<std::unique_ptr<IsolatedProcess>> start(const std::filesystem::path& file);

  ~IsolatedProcess();
  IsolatedProcess(const IsolatedProcess&) = delete;
  IsolatedProcess& operator=(const IsolatedProcess&) = delete;

  Channel& channel() { return m_channel; }

  // Ends it now.
  void kill();

  // For one that has closed its end of the line: waits for its end, and says how that was: "ended
  // with signal 11 (SIGSEGV)". One that lives on is ended.
  std::string how_it_ended();

  // What it wrote to its standard error so far, as far as that fits into a pipe.
  std::string last_words() const;

private:
  IsolatedProcess(pid_t process, Descriptor line, Descriptor words);

  pid_t m_process; // 0: it has ended
  Channel m_channel;
  Descriptor m_words;
};

} // namespace limn
