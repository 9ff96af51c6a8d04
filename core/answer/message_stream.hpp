#pragma once

#include "answer/lift.hpp"
#include "answer/sse.hpp"
#include "base/base64.hpp"
#include "model/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// One JSON document of an answer, or the beginning of something that is none. An answer that is an
// image itself, as bytes, base64 or a data URL, is the JSON string of its token.
struct Message {
  enum class Format { json, text };

  Format format = Format::json;
  std::string_view content;    // borrowed; images lifted out; text is cut at k_max_text_size
  std::string_view event_name; // of the SSE event; else empty
  bool is_followed = false;    // by more of the same text, whose images came before this, too
};

// Where a MessageStream puts what it finds: lifted images through the LiftSink calls for runs, then
// the message that refers to them.
class MessageSink
{
public:
  virtual ~MessageSink() = default;
  virtual std::string begin_run() = 0;                      // as LiftSink
  virtual void bytes(std::span<const std::byte> piece) = 0; // as LiftSink
  virtual void end_run(bool whole) = 0;                     // as LiftSink
  virtual bool message(const Message& message) = 0;         // false: no more is wanted

  // What there is of a message that does not end, or goes over a limit, as text that is not
  // shortened: no message, but it tells what the images were that came before it.
  virtual void cut_off(const Message&) {}
};

// Cuts the body of a response into messages while it streams in. What it is, is told by its first
// bytes and not by its label: gateways send SSE as application/json and JSON as text/plain. White
// space and a byte-order mark in front are skipped (keep-alive lines). What is JSON but for small
// faults (mend_json), for a guard in front (")]}'"), or for what stands behind it, is told as JSON;
// several documents behind each other are a message each; JSON in a JSON string is that JSON.
// Memory is bounded: a message larger than limits.max_message_size, with its images taken out, is
// the end, and so is one of more levels than limits.max_json_depth.
class MessageStream : private LiftSink, private SseSink
{
public:
  static constexpr std::size_t k_max_text_size = 64 * 1024;

  enum class State { going, unwanted, too_large, too_deep };

  MessageStream(MessageSink& sink, const Limits& limits);

  // Anything but `going` means: end the transfer.
  State feed(std::string_view chunk);

  // The body is over. An open run is ended as not whole. What is pending is delivered; where the
  // connection broke, only if it is a whole JSON document: then nothing of it is missing; what is
  // none is told as cut off. So is all where nobody listens to messages any more.
  enum class Ending { complete, broken, unheard };
  State finish(Ending ending);

  // Server-sent events: behind each message there may be another.
  bool is_of_events() const { return m_kind == Kind::sse; }

private:
  enum class Kind { undecided, json, sse, text, image, base64_image };

  void text(std::string_view piece) override;
  std::string begin_run() override;
  void bytes(std::span<const std::byte> piece) override;
  void end_run(bool whole) override;
  void data(std::string_view piece) override;
  void dispatch(std::string_view name) override;

  enum class Start { beginning, all_of_it };

  void decide(std::string_view chunk, Start how_much);
  bool begin(Start how_much);
  bool begin_data_url(Start how_much);
  void begin_image(Kind kind);
  void decode(std::string_view text);
  void end_image();
  void deliver(std::string_view event_name);
  std::string_view deliver_documents(std::string_view event_name);
  void tell(const Message& message);
  void cut(std::string_view text, std::string_view event_name);
  void give_up(State why, std::string_view event_name);
  void tell_given_up();

  MessageSink& m_sink;
  Limits m_limits;
  Kind m_kind = Kind::undecided;
  State m_state = State::going;
  Ending m_ending = Ending::complete;
  std::string m_start; // until the kind is known; less than k_longest_data_prefix
  Lift m_lift;
  SseReader m_sse;
  std::string m_text; // of the message under way
  bool m_is_in_run = false;
  std::optional<std::string> m_given_up; // the event that goes over a limit, until it is told
  Base64Decoder m_decoder;               // of an answer that is an image in base64
  bool m_is_base64 = true;               // all of it so far
};

} // namespace limn
