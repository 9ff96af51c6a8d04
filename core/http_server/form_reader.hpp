#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// What stands above a part of a form.
struct PartHead {
  std::string name;
  std::optional<std::string> filename; // as the client says: not a path to be trusted
  std::string media_type;              // as it stands there; empty: it is not told
};

// Hears a form, part by part.
class PartReceiver
{
public:
  virtual ~PartReceiver() = default;
  virtual void begin_part(const PartHead& head) = 0;
  virtual void data(std::string_view piece) = 0; // never empty; of the part that was begun last
  virtual void end_part() = 0;                   // it is whole
};

struct FormLimits {
  std::size_t parts = 256;
  std::size_t head_size = 16U << 10U; // of the lines above a part, in bytes
};

// Reads a multipart/form-data body (RFC 7578, with the boundaries of RFC 2046) from chunks of any
// size, and holds no more of it than the head of one part. Quoted names are read as browsers write
// them: %22, %0D and %0A are a quote, CR and LF; and as curl does: a backslash before a quote or a
// backslash. What it refuses is FailureClass::invalid_request, said in a sentence.
class FormReader
{
public:
  // `content_type` is the value of the header of the request; the receiver is borrowed.
  static Result<FormReader> create(std::string_view content_type, PartReceiver& receiver,
                                   FormLimits limits = {});

  // The next bytes. Not again after a failure. What of them is content is told as few pieces of
  // any size: one for each part, and one more where what an earlier chunk ended with might have
  // begun a boundary and did not. A piece lasts as long as its call.
  Done feed(std::string_view bytes);

  // The end of the body: fails unless the closing boundary was read.
  Done finish() const;

private:
  enum class Place { preamble, head, data, behind_boundary, epilogue };

  FormReader(std::string boundary, PartReceiver& receiver, FormLimits limits);

  // From `at`; they tell how far they came.
  std::size_t read_data(std::string_view bytes, std::size_t at);
  Result<std::size_t> read_behind_boundary(std::string_view bytes, std::size_t at);
  Result<std::size_t> read_head(std::string_view bytes, std::size_t at);

  std::size_t find_candidate(std::string_view bytes, std::size_t at) const;
  void expect_boundary(); // at once, without a line end in front of it
  std::size_t candidate_size() const;
  void give_up_candidate();
  void forget_candidate();
  void end_part(std::string_view bytes, std::size_t at);
  void tell_until(std::string_view bytes, std::size_t at);
  void tell(std::string_view piece);

  std::string m_boundary; // with the line end and the dashes in front of it
  PartReceiver* m_receiver;
  FormLimits m_limits;
  Place m_place = Place::preamble;
  Place m_before = Place::preamble; // the boundary: preamble or data
  // What may become a boundary with what stands behind it, the candidate: bytes of m_boundary, and
  // then of m_line.
  std::size_t m_matched = 0;
  std::size_t m_borrowed = 0; // of these, the line end of what stands in front: no data
  std::size_t m_carried = 0;  // of the others, what came in earlier chunks
  std::string m_line;         // the head under way, or what stands behind a boundary
  std::size_t m_told = 0;     // of the chunk: told, or no content
  std::size_t m_parts = 0;
};

} // namespace limn
