#pragma once

#include "base/base64.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// Where a Lift puts what it finds. Calls come in the order of the bytes.
class LiftSink
{
public:
  virtual ~LiftSink() = default;

  // JSON that passes through, tokens included.
  virtual void text(std::string_view piece) = 0;

  // A long run of base64 begins; returns the token that takes its place in the text: printable
  // ASCII, no quote, no backslash, shorter than the threshold, and not base64 itself.
  virtual std::string begin_run() = 0;

  // Decoded bytes of the run.
  virtual void bytes(std::span<const std::byte> piece) = 0;

  // The run is over. `whole` is false if the text was cut or is not valid base64.
  virtual void end_run(bool whole) = 0;
};

// Takes long runs of base64 out of the strings of a JSON text while it streams by, so that what is
// left is small, and decodes them. A run is at least `threshold` base64 characters in a JSON
// string, where `\/`, `\u002B`, `\u002F` and `\u003D` count as the characters that they stand for,
// and `\n`, `\r`, `\t` and raw line breaks are skipped once a first line of at least 60 characters
// has passed. A run may be the whole string or a part of it ("data:image/png;base64,<run>",
// Markdown). It ends before the first byte that cannot go on with it; behind padding, that is any
// but more padding and skipped ones. Everything else passes through byte by byte, whatever the
// chunks are. Memory is constant, whatever the text is.
class Lift
{
public:
  static constexpr std::size_t k_default_threshold = 1024;

  explicit Lift(LiftSink& sink, std::size_t threshold = k_default_threshold);

  void feed(std::string_view chunk);

  // The text is over: ends an open run (as not whole: its string was never closed) and flushes what
  // was held back. Ready for a new text afterwards.
  void finish();

private:
  enum class Place {
    outside,   // of any string
    string,    // in one, and nothing held back
    candidate, // in what may become a run: held back, unless it lies in the chunk at hand
    run,
  };

  // Bytes of an escape that has begun, e.g. `\u00`: it may go on in the next chunk.
  class Escape
  {
  public:
    bool is_open() const { return m_size != 0; }
    void open();
    bool add(char byte);  // true if the escape is over with this byte
    char meaning() const; // of a finished one: the character, or 0 if no run can hold it
    std::string_view raw() const { return {m_raw, m_size}; }
    void close() { m_size = 0; }

  private:
    char m_raw[6] = {};
    std::size_t m_size = 0;
  };

  enum class Ending { closed, cut };

  // Each takes bytes from `m_at` on, until the place changes or the chunk ends.
  void pass_outside();
  void pass_string();
  void weigh_candidate();
  void decode_run();

  void begin_candidate();
  void count_base64();
  bool admit(char character);
  void drop_candidate();
  void begin_run();
  std::size_t decode(std::string_view raw);
  std::size_t decode_plain(std::string_view text);
  void end_run(Ending ending);
  void give_escape_back();
  void pass_up_to(std::size_t end);
  void flush_decoded();

  LiftSink& m_sink;
  std::size_t m_threshold;

  std::string_view m_chunk;
  std::size_t m_at = 0;     // the next byte of the chunk
  std::size_t m_passed = 0; // how much of the chunk has gone to the sink or the decoder

  Place m_place = Place::outside;
  Escape m_escape;
  std::string m_held;                // what the candidate has in front of this chunk
  std::size_t m_candidate_at = 0;    // where its part in this chunk begins
  std::size_t m_candidate_count = 0; // its base64 characters
  bool m_candidate_wrapped = false;  // whether a line break has passed in it

  Base64Decoder m_decoder{Base64Decoder::Skip::line_breaks};
  std::unique_ptr<std::byte[]> m_decoded; // of one size for ever; not touched before it is used
  std::size_t m_filled = 0;               // how much of it waits for the sink
};

} // namespace limn
