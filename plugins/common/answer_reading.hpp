#pragma once

#include "common/image_answer.hpp"
#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace limn::plugins {

// --- Interface: what both providers ask of an event ---

bool is_success(const sdk::Event& event);

// Whether the response says that it is a stream of events.
bool is_event_stream(const sdk::Event& event);

// The "[DONE]" that many gateways put at the end of a stream.
bool is_end_marker(std::string_view content);

// Whether a message that is no JSON is something that a person said. The rest of a JSON text that
// was cut is not.
bool is_prose(const sdk::Event& event);

// The kind of a streamed message: its `type`, else the name of the event.
std::string_view type_of(const Json& message, const sdk::Event& event);

// Reports those of the named members of `object` that are texts, under the same names.
void note_echoes(const Json& object, std::initializer_list<std::string_view> names,
                 sdk::Results& results);

// Reports the picture of an event "....partial_image", and which one it is.
void report_preview(const Json& message, sdk::Results& results);

// At most `limit` bytes of `text`, never half a character, with an ellipsis where something is
// missing.
std::string shortened(std::string_view text, std::size_t limit = 500);

// For a success without an image: LIMN_CONTENT if the model declined in words, else LIMN_NO_IMAGE.
[[noreturn]] void throw_no_image(const Words& words);

// For an answer that ended before its image.
[[noreturn]] void throw_cut_answer();

// For an error that the host's classifier did not name: `error`, or a message that is itself the
// error.
[[noreturn]] void throw_unclassified(const Json& message);

// --- Implementation ---

inline bool is_success(const sdk::Event& event)
{
  return event.http_status >= 200 && event.http_status < 300;
}

inline bool is_event_stream(const sdk::Event& event)
{
  return sdk::Message(event).is_event_stream();
}

inline bool is_end_marker(std::string_view content)
{
  return detail::trimmed(content).starts_with("[DONE]");
}

inline bool is_prose(const sdk::Event& event)
{
  return sdk::Message(event).is_prose();
}

inline std::string_view type_of(const Json& message, const sdk::Event& event)
{
  const auto type = text_of(member(&message, "type"));
  return type.empty() ? sdk::from_abi(event.event_name) : type;
}

inline void note_echoes(const Json& object, std::initializer_list<std::string_view> names,
                        sdk::Results& results)
{
  for (const auto name : names) {
    if (const auto value = text_of(member(&object, name)); !value.empty()) {
      results.note(name, value);
    }
  }
}

inline void report_preview(const Json& message, sdk::Results& results)
{
  const auto picture = first_text(&message, {"partial_image_b64", "b64_json"});
  if (!picture.empty()) {
    results.partial(picture, count_of(member(&message, "partial_image_index")));
  }
}

inline std::string shortened(std::string_view text, std::size_t limit)
{
  return sdk::detail::shortened(text, limit);
}

inline void throw_no_image(const Words& words)
{
  throw sdk::detail::no_image(words.text, words.refusal);
}

inline void throw_cut_answer()
{
  throw sdk::detail::cut_answer();
}

inline void throw_unclassified(const Json& message)
{
  const auto* error = member(&message, {"response", "error"});
  if (!error || error->IsNull()) {
    error = member(&message, "error");
  }
  if (!error || error->IsNull()) {
    error = &message;
  }
  auto text = error->IsString() ? text_of(error) : first_text(error, {"message", "msg"});
  if (text.empty()) {
    text = "the gateway reported an error without a message";
  }
  sdk::Failure failure(LIMN_SERVER, shortened(text));
  failure.code = text_of(member(error, "code"));
  failure.param = text_of(member(error, "param"));
  throw failure;
}

} // namespace limn::plugins
