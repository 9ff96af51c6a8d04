// The lines of a batch's results are the same however the file is cut; bodies lie within the file,
// and a line that is a JSON object is told as whole.
#include "queue/lane/lane_lines.hpp"

#include "base/json.hpp"
#include "oracle.hpp"

using namespace limn;

namespace {

std::vector<LaneLine> read(const fuzz::Pieces& pieces)
{
  std::vector<LaneLine> found;
  LaneLines lines([&found](LaneLine line) { found.push_back(std::move(line)); });
  fuzz::feed_each(pieces, [&](std::string_view piece) { lines.feed(piece); });
  lines.finish();
  return found;
}

bool is_blank(std::string_view line)
{
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto file = fuzz::text_of(bytes, size);
  const auto whole = read({file});
  for (const auto& pieces : fuzz::ways_to_cut(file)) {
    LIMN_EXPECT(read(pieces) == whole);
  }
  std::size_t told = 0;
  for (auto rest = file; !rest.empty();) {
    const auto text = fuzz::take_line(rest);
    if (is_blank(text)) {
      continue;
    }
    LIMN_EXPECT(told < whole.size());
    const auto& line = whole[told++];
    LIMN_EXPECT(line.body_end <= file.size());
    LIMN_EXPECT(line.custom_id.size() <= 3 * 4096);
    const auto document = parse_json(text);
    if (document && document->IsObject() && !text.starts_with("\xEF\xBB\xBF")) {
      LIMN_EXPECT(line.is_whole);
      LIMN_EXPECT(line.body_end == 0 || line.body_begin <= line.body_end);
      LIMN_EXPECT(line.body_end == 0
                  || parse_json(file.substr(line.body_begin, line.body_end - line.body_begin)));
    }
  }
  LIMN_EXPECT(told == whole.size());
  return 0;
}
