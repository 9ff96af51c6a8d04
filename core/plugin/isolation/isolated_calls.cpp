#include "plugin/isolation/isolated_calls.hpp"

#include "codec/terminal_text.hpp"
#include "plugin/isolation/contract_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace limn {

namespace {

// A call is a few microseconds of work; a machine may be busy with other things.
constexpr std::chrono::seconds k_patience{5};
constexpr std::chrono::seconds k_patience_for_loading{10};

// Of what is said in one call.
constexpr int k_most_messages = 100'000;
constexpr std::size_t k_most_bytes = 2 * k_longest_told;

constexpr std::size_t k_longest_line = 4000;
constexpr std::size_t k_longest_reason = 500;
constexpr int k_most_last_lines = 20;

// What a plugin threw that was no std::exception.
struct SomethingElse {
};

std::string fit_for_people(std::string_view text, std::size_t longest)
{
  return shortened(terminal_safe(text.substr(0, 4 * longest)), longest);
}

} // namespace

// What came of a call so far.
struct IsolatedCalls::Heard {
  std::vector<std::string> errors; // held back: a failure of the process must be the only one
  std::optional<Outcome> outcome;
  std::optional<std::string> exception;
  bool is_exception_known = false;
};

IsolatedCalls::IsolatedCalls(std::unique_ptr<IsolatedProcess> process, std::string name, Log& log)
  : m_process(std::move(process)), m_name(std::move(name)), m_log(log)
{
}

std::optional<IsolatedCalls::Outcome> IsolatedCalls::call(std::string_view function,
                                                          MessageWriter message, const Ears& ears)
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
    if (!hand_on(*told, ears, heard)) {
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
  for (const auto& error : heard.errors) {
    MessageReader reader(error);
    reader.number<std::uint8_t>();
    const ArrivedError arrived(reader);
    ears.errors->report(ears.errors->context, arrived.given);
  }
  return heard.outcome;
}

std::optional<std::string> IsolatedCalls::load(MessageWriter message)
{
  constexpr std::string_view k_where = "while it was loaded";
  Channel::Patience patience = k_patience_for_loading;
  if (const auto state = m_process->channel().send(message.take(), patience);
      state != Channel::State::done) {
    end(state, k_where, k_patience_for_loading);
    return std::nullopt;
  }
  for (int count = 0; count < k_most_messages; ++count) {
    auto told = hear(k_where, patience, k_patience_for_loading);
    Heard heard;
    if (!told || (!told->empty() && static_cast<Told>(told->front()) == Told::listed)) {
      return told;
    }
    if (!hand_on(*told, {}, heard) || heard.outcome || heard.exception) { // but log lines
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

// False if that cannot be, or cannot be here.
bool IsolatedCalls::hand_on(std::string_view message, const Ears& ears, Heard& heard)
{
  MessageReader reader(message);
  switch (static_cast<Told>(reader.number<std::uint8_t>())) {
  case Told::listed:
    return false;
  case Told::error: {
    const ArrivedError error(reader);
    if (!ears.errors || !reader.is_whole()) {
      return false;
    }
    if (heard.errors.size() < 2) { // more than one is as wrong as any number
      heard.errors.emplace_back(message);
    }
    return true;
  }
  case Told::send: {
    const ArrivedRequest request(reader);
    if (!ears.step || !reader.is_whole()) {
      return false;
    }
    ears.step->send(ears.step->context, request.given);
    return true;
  }
  case Told::wait: {
    const auto milliseconds = reader.number<std::int64_t>();
    if (!ears.step || !reader.is_whole()) {
      return false;
    }
    ears.step->wait(ears.step->context, milliseconds);
    return true;
  }
  case Told::finish:
    if (!ears.step || !reader.is_whole()) {
      return false;
    }
    ears.step->finish(ears.step->context);
    return true;
  case Told::image:
  case Told::partial: {
    const ArrivedImage image(reader);
    if (!ears.results || !reader.is_whole()) {
      return false;
    }
    const bool is_partial = static_cast<Told>(message.front()) == Told::partial;
    const auto tell = is_partial ? ears.results->partial : ears.results->image;
    tell(ears.results->context, image.given);
    return true;
  }
  case Told::usage: {
    const ArrivedUsage usage(reader);
    if (!ears.results || !reader.is_whole()) {
      return false;
    }
    ears.results->usage(ears.results->context, usage.given);
    return true;
  }
  case Told::note: {
    const auto key = reader.text();
    const auto value = reader.text();
    if (!ears.results || !reader.is_whole()) {
      return false;
    }
    ears.results->note(ears.results->context, key, value);
    return true;
  }
  case Told::log: {
    const auto level = reader.number<std::uint8_t>();
    const auto line = reader.words();
    if (level > LIMN_LOG_DEBUG || !reader.is_whole()) {
      return false;
    }
    if (m_log.wants(static_cast<LogLevel>(level))) {
      m_log.write(static_cast<LogLevel>(level), fit_for_people(line, k_longest_line));
    }
    return true;
  }
  case Told::capabilities: {
    const auto max_count = reader.number<std::uint32_t>();
    const auto flags = reader.number<std::uint64_t>();
    if (!ears.capabilities || !reader.is_whole()) {
      return false;
    }
    ears.capabilities->max_count = max_count;
    ears.capabilities->flags = flags;
    return true;
  }
  case Told::returned: {
    const auto status = reader.number<limn_status>();
    heard.outcome = {status, reader.number<std::uint8_t>() != 0};
    return reader.is_whole();
  }
  case Told::threw:
    heard.is_exception_known = reader.number<std::uint8_t>() != 0;
    heard.exception = fit_for_people(reader.words(), k_longest_reason);
    return reader.is_whole();
  }
  return false;
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
      m_log.write(LogLevel::info, fmt::format("{} wrote: {}", m_name,
                                              fit_for_people(rest.substr(0, end), k_longest_line)));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

} // namespace limn
