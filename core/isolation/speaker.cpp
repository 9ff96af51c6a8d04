#include "isolation/speaker.hpp"

#include "isolation/contract_values.hpp"
#include "isolation/process.hpp"

#include <unistd.h>

#include <cstdlib>

namespace limn {

namespace {

template <typename Value>
void say(void* limn, Told what, const Value* value)
{
  MessageWriter message(what);
  write(message, value);
  static_cast<Speaker*>(limn)->say(std::move(message));
}

void say_error(void* limn, const limn_error* error) noexcept
{
  say(limn, Told::error, error);
}
void say_send(void* limn, const limn_request* request) noexcept
{
  say(limn, Told::send, request);
}
void say_wait(void* limn, std::int64_t milliseconds) noexcept
{
  MessageWriter message(Told::wait);
  message.number(milliseconds);
  static_cast<Speaker*>(limn)->say(std::move(message));
}
void say_finish(void* limn) noexcept
{
  static_cast<Speaker*>(limn)->say(MessageWriter(Told::finish));
}
void say_image(void* limn, const limn_image* image) noexcept
{
  say(limn, Told::image, image);
}
void say_partial(void* limn, const limn_image* image) noexcept
{
  say(limn, Told::partial, image);
}
void say_usage(void* limn, const limn_usage* usage) noexcept
{
  say(limn, Told::usage, usage);
}
void say_note(void* limn, limn_str key, limn_str value) noexcept
{
  MessageWriter message(Told::note);
  message.text(key);
  message.text(value);
  static_cast<Speaker*>(limn)->say(std::move(message));
}

void say_terms(void* limn, const limn_terms* terms) noexcept
{
  say(limn, Told::terms, terms);
}

} // namespace

Speaker::Speaker() : m_channel(Descriptor(k_isolated_descriptor)) {}

void Speaker::say(MessageWriter message)
{
  Channel::Patience for_ever;
  if (m_channel.send(message.take(), for_ever) != Channel::State::done) {
    ::_exit(EXIT_SUCCESS);
  }
}

std::string Speaker::hear()
{
  Channel::Patience for_ever;
  std::string message;
  if (m_channel.receive(message, k_longest_asked, for_ever) != Channel::State::done) {
    ::_exit(EXIT_SUCCESS);
  }
  return message;
}

void ForwardedLog::write(LogLevel level, std::string_view line)
{
  MessageWriter message(Told::log);
  message.number(static_cast<std::uint8_t>(level));
  message.text(line);
  m_limn.say(std::move(message));
}

limn_error_sink errors_to(Speaker& limn)
{
  return {sizeof(limn_error_sink), 0, &limn, say_error};
}

limn_step_sink steps_to(Speaker& limn)
{
  return {sizeof(limn_step_sink), 0, &limn, say_send, say_wait, say_finish};
}

limn_terms_sink terms_to(Speaker& limn)
{
  return {sizeof(limn_terms_sink), 0, &limn, say_terms};
}

limn_result_sink results_to(Speaker& limn)
{
  return {sizeof(limn_result_sink), 0, &limn, say_image, say_partial, say_usage, say_note};
}

} // namespace limn
