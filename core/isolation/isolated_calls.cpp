#include "isolation/isolated_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace limn {

namespace {

// A call is a few microseconds of work; a machine may be busy with other things.
constexpr std::chrono::seconds k_patience{5};
constexpr std::chrono::seconds k_patience_for_loading{10};

// Of what is said in one call.
constexpr int k_most_messages = 100'000;
constexpr std::size_t k_most_bytes = 2 * k_longest_told;

constexpr std::size_t k_longest_output_line = 1000;
constexpr int k_most_last_lines = 20;

// What a plugin threw that was no std::exception.
struct SomethingElse {
};

} // namespace

IsolatedCalls::IsolatedCalls(std::unique_ptr<IsolatedProcess> process, std::string name, Log& log)
  : m_process(std::move(process)), m_name(std::move(name)), m_log(log)
{
}

std::optional<CallOutcome> IsolatedCalls::call(std::string_view function, MessageWriter message,
                                               const Ears& ears)
{
  if (!m_trouble.empty()) {
    return std::nullopt;
  }
  const auto where = fmt::format("in {}", function);
  Channel::Patience patience = k_patience;
  if (const auto state = m_process->channel().send(message.take(), patience);
      state != Channel::State::done) {
    end(state, where, k_patience);
    return std::nullopt;
  }
  Heard heard;
  std::size_t bytes = 0;
  for (int count = 0; !heard.outcome && !heard.exception; ++count) {
    const auto told = hear(where, patience, k_patience);
    if (!told) {
      return std::nullopt;
    }
    bytes += told->size();
    if (count > k_most_messages || bytes > k_most_bytes) {
      end(fmt::format("said more than a call may {}", where));
      return std::nullopt;
    }
    if (!hand_on(*told, ears, m_log, heard)) {
      end(fmt::format("said what makes no sense {}", where));
      return std::nullopt;
    }
  }
  if (heard.exception) {
    if (heard.is_exception_known) {
      throw std::runtime_error(*heard.exception);
    }
    throw SomethingElse();
  }
  hand_on_errors(heard, ears);
  return heard.outcome;
}

std::optional<IsolatedCalls::Loaded> IsolatedCalls::load(MessageWriter message)
{
  constexpr std::string_view k_where = "while it was loaded";
  Channel::Patience patience = k_patience_for_loading;
  if (const auto state = m_process->channel().send(message.take(), patience);
      state != Channel::State::done) {
    end(state, k_where, k_patience_for_loading);
    return std::nullopt;
  }
  const auto is = [](const std::string& told, Told kind) {
    return !told.empty() && static_cast<Told>(told.front()) == kind;
  };
  Loaded loaded;
  for (int count = 0; count < k_most_messages; ++count) {
    auto told = hear(k_where, patience, k_patience_for_loading);
    if (!told) {
      return std::nullopt;
    }
    if (loaded.guarded.empty()) {
      if (!is(*told, Told::guarded)) {
        break;
      }
      loaded.guarded = std::move(*told);
      continue;
    }
    if (is(*told, Told::listed)) {
      loaded.listed = std::move(*told);
      return loaded;
    }
    Heard heard;
    if (!hand_on(*told, {}, m_log, heard) || heard.outcome || heard.exception) { // but log lines
      break;
    }
  }
  end(fmt::format("said what makes no sense {}", k_where));
  return std::nullopt;
}

std::optional<std::string> IsolatedCalls::hear(std::string_view where, Channel::Patience& patience,
                                               Seconds whole_patience)
{
  std::string told;
  const auto state = m_process->channel().receive(told, k_longest_told, patience);
  if (state != Channel::State::done) {
    end(state, where, whole_patience);
    return std::nullopt;
  }
  return told;
}

void IsolatedCalls::end(Channel::State state, std::string_view where, Seconds patience)
{
  switch (state) {
  case Channel::State::done:
    return;
  case Channel::State::closed:
    return end(fmt::format("{} {}", m_process->how_it_ended(), where));
  case Channel::State::too_late:
    return end(fmt::format("did not answer within {} s {}", patience.count(), where));
  case Channel::State::too_long:
    return end(fmt::format("said more than a call may {}", where));
  }
}

void IsolatedCalls::end(std::string trouble)
{
  m_trouble = std::move(trouble);
  m_process->kill();
  if (!m_log.wants(LogLevel::info)) {
    return;
  }
  const auto words = m_process->last_words();
  std::string_view rest = words;
  for (int count = 0; !rest.empty() && count < k_most_last_lines; ++count) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (end > 0) {
      m_log.write(LogLevel::info,
                  fmt::format("{} wrote: {}", m_name,
                              fit_for_people(rest.substr(0, end), k_longest_output_line)));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

} // namespace limn
