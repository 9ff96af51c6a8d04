// A line of the file beside the history, whatever stands in it, is a note that is the same once it
// was a line again, or none.
#include "memory/history_lines.hpp"
#include "oracle.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const auto note = limn::history_note_from(limn::fuzz::text_of(data, size));
  if (!note) {
    return 0;
  }
  const auto line = limn::history_line(*note);
  LIMN_EXPECT(line.find('\n') == std::string::npos);
  const auto again = limn::history_note_from(line);
  LIMN_EXPECT(again.has_value());
  LIMN_EXPECT(limn::history_line(*again) == line);
  return 0;
}
