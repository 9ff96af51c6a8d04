#pragma once

#include "base/log.hpp"
#include "isolation/hearing.hpp"
#include "isolation/process.hpp"

#include <limn/abi.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Calls into an isolated plugin, one at a time. Its process is not trusted: one that says what
// cannot be read, too much, or nothing for too long, is ended.
class IsolatedCalls
{
public:
  // `name` is for the log, which is borrowed.
  IsolatedCalls(std::unique_ptr<IsolatedProcess> process, std::string name, Log& log);

  // Makes the call, hands on at once what is said in it, in that order (but an error: at its end),
  // and throws what the plugin threw. Nothing if the process came to its end: see trouble().
  std::optional<CallOutcome> call(std::string_view function, MessageWriter message,
                                  const Ears& ears);

  struct Loaded {
    std::string guarded; // Told::guarded
    std::string listed;  // Told::listed
  };

  // Has it load the plugin. Nothing: as above.
  std::optional<Loaded> load(MessageWriter message);

  // For what the process is to know by a number. Each comes once.
  std::uint64_t new_number() { return ++m_last_number; }

  // How the process came to its end: "ended with signal 11 (SIGSEGV) in next". Empty while it
  // lives.
  const std::string& trouble() const { return m_trouble; }

private:
  using Seconds = std::chrono::seconds;

  std::optional<std::string> hear(std::string_view where, Channel::Patience& patience,
                                  Seconds whole_patience);
  void end(std::string trouble);
  void end(Channel::State state, std::string_view where, Seconds patience);

  std::unique_ptr<IsolatedProcess> m_process;
  std::string m_name;
  Log& m_log;
  std::string m_trouble;
  std::uint64_t m_last_number = 0;
};

} // namespace limn
