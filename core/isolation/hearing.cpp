#include "isolation/hearing.hpp"

#include "base/terminal_text.hpp"
#include "isolation/contract_values.hpp"

namespace limn {

namespace {

constexpr std::size_t k_longest_line = 4000;
constexpr std::size_t k_longest_reason = 500;

} // namespace

bool hand_on(std::string_view message, const Ears& ears, Log& log, Heard& heard)
{
  MessageReader reader(message);
  switch (static_cast<Told>(reader.number<std::uint8_t>())) {
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
    if (log.wants(static_cast<LogLevel>(level))) {
      log.write(static_cast<LogLevel>(level), fit_for_people(line, k_longest_line));
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
