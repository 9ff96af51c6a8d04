#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace limn {

// Where an SseReader puts what it finds.
class SseSink
{
public:
  virtual ~SseSink() = default;

  // A piece of the data of the event under way. Several `data:` lines arrive joined with '\n'.
  virtual void data(std::string_view piece) = 0;

  // The event is whole. `name` is the value of its `event:` line, or empty. Events without any
  // `data:` line are not reported.
  virtual void dispatch(std::string_view name) = 0;
};

// Reads a stream of server-sent events (HTML standard, section 9.2.6) without holding an event's
// data: lines end with LF, CR or CRLF, one blank after the colon is dropped, comments and unknown
// fields are ignored, a byte-order mark at the start is skipped. Exact whatever the chunks are.
// Names longer than 256 bytes are cut.
class SseReader
{
public:
  explicit SseReader(SseSink& sink) : m_sink(sink) {}

  void feed(std::string_view chunk);

  // The stream is over: dispatches an event that has data but no blank line behind it. A last line
  // without an end counts if it has a colon. Ready for a new stream afterwards.
  void finish();

  // The name of the event under way, as far as it was told.
  std::string_view event() const { return m_event; }

private:
  enum class Place {
    start,        // of the stream, where a byte-order mark may stand
    field,        // in the name of a field, or at the start of a line
    before_value, // behind the colon, where one blank is dropped
    value,
  };
  enum class Field { data, event, other };

  class LineEnds;

  void read_mark(std::string_view chunk, std::size_t& at);
  void read_field(std::string_view chunk, std::size_t& at);
  void read_value(std::string_view chunk, std::size_t& at, LineEnds& line_ends);
  void begin_value();
  void end_line();
  void end_event();

  SseSink& m_sink;
  Place m_place = Place::start;
  Field m_kind = Field::other;
  bool m_after_cr = false; // an LF here belongs to the line end before
  bool m_has_data = false; // the event has a `data` line
  std::size_t m_mark = 0;  // bytes of the byte-order mark seen
  std::string m_field;     // name of the field, cut where it is longer than any that counts
  std::string m_event;     // name of the event
};

} // namespace limn
