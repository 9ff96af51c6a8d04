#include "isolation/hearing.hpp"

#include "base/terminal_text.hpp"
#include "isolation/contract_values.hpp"

namespace limn {

namespace {

constexpr std::size_t k_longest_line = 4000;
constexpr std::size_t k_longest_reason = 500;

bool hand_on_step(Told told, MessageReader& reader, const limn_step_sink& step)
{
  if (told == Told::send) {
    const ArrivedRequest request(reader);
    if (reader.is_whole()) {
      step.send(step.context, request.given);
    }
  } else if (told == Told::wait) {
    const auto milliseconds = reader.number<std::int64_t>();
    if (reader.is_whole()) {
      step.wait(step.context, milliseconds);
    }
  } else if (reader.is_whole()) {
    step.finish(step.context);
  }
  return reader.is_whole();
}

bool hand_on_result(Told told, MessageReader& reader, const limn_result_sink& results)
{
  if (told == Told::usage) {
    const ArrivedUsage usage(reader);
    if (reader.is_whole()) {
      results.usage(results.context, usage.given);
    }
  } else if (told == Told::note) {
    const auto key = reader.text();
    const auto value = reader.text();
    if (reader.is_whole()) {
      results.note(results.context, key, value);
    }
  } else {
    const ArrivedImage image(reader);
    if (reader.is_whole()) {
      const auto tell = told == Told::partial ? results.partial : results.image;
      tell(results.context, image.given);
    }
  }
  return reader.is_whole();
}

bool hand_on_line(MessageReader& reader, Log& log)
{
  const auto level = reader.number<std::uint8_t>();
  const auto line = reader.words();
  if (level > LIMN_LOG_DEBUG || !reader.is_whole()) {
    return false;
  }
  if (log.wants(static_cast<LogLevel>(level))) {
    log.write(static_cast<LogLevel>(level), fit_for_people(line, k_longest_line));
  }
  return true;
}

} // namespace

bool hand_on(std::string_view message, const Ears& ears, Log& log, Heard& heard)
{
  MessageReader reader(message);
  const auto told = static_cast<Told>(reader.number<std::uint8_t>());
  switch (told) {
  case Told::guarded:
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
  case Told::send:
  case Told::wait:
  case Told::finish:
    return ears.step && hand_on_step(told, reader, *ears.step);
  case Told::image:
  case Told::partial:
  case Told::usage:
  case Told::note:
    return ears.results && hand_on_result(told, reader, *ears.results);
  case Told::log:
    return hand_on_line(reader, log);
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
  case Told::terms: {
    const ArrivedTerms terms(reader);
    if (!ears.terms || !reader.is_whole()) {
      return false;
    }
    ears.terms->tell(ears.terms->context, terms.given);
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

void hand_on_errors(const Heard& heard, const Ears& ears)
{
  for (const auto& message : heard.errors) {
    MessageReader reader(message);
    reader.number<std::uint8_t>();
    const ArrivedError error(reader);
    ears.errors->report(ears.errors->context, error.given);
  }
}

std::string fit_for_people(std::string_view text, std::size_t longest)
{
  return shortened(terminal_safe(text.substr(0, 4 * longest)), longest);
}

} // namespace limn
