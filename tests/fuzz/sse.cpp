// Events are the same however the stream is cut, and those of a reader that takes it line by line.
#include "answer/sse.hpp"

#include "oracle.hpp"

using namespace limn;

namespace {

struct Event {
  std::string name;
  std::string data;

  bool operator==(const Event&) const = default;
};
using Events = std::vector<Event>;

class Recorder : public SseSink
{
public:
  void data(std::string_view piece) override
  {
    LIMN_EXPECT(!piece.empty());
    m_data += piece;
  }
  void dispatch(std::string_view name) override
  {
    events.push_back({std::string(name), std::exchange(m_data, {})});
  }

  Events events;

private:
  std::string m_data;
};

Events read(const fuzz::Pieces& pieces)
{
  Recorder recorder;
  SseReader reader(recorder);
  fuzz::feed_each(pieces, [&](std::string_view piece) { reader.feed(piece); });
  reader.finish();
  return recorder.events;
}

// HTML standard, section 9.2.6, for a stream that is there as a whole.
Events read_lines(std::string_view stream)
{
  if (stream.starts_with("\xEF\xBB\xBF")) {
    stream.remove_prefix(3);
  }
  Events events;
  Event event;
  bool has_data = false;
  const auto end_event = [&] {
    if (has_data) {
      events.push_back(event);
    }
    event = {};
    has_data = false;
  };
  while (!stream.empty()) {
    const auto end = stream.find_first_of("\r\n");
    const auto line = stream.substr(0, end);
    const bool is_last = end == std::string_view::npos;
    stream.remove_prefix(is_last ? stream.size() : end + (stream.substr(end, 2) == "\r\n" ? 2 : 1));
    if (line.empty()) {
      end_event();
      continue;
    }
    const auto colon = line.find(':');
    if (is_last && colon == std::string_view::npos) {
      break;
    }
    const auto field = line.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    value.remove_prefix(value.starts_with(' ') ? 1 : 0);
    if (field == "event") {
      event.name = value.substr(0, 256);
    } else if (field == "data") {
      event.data += has_data ? "\n" : "";
      event.data += value;
      has_data = true;
    }
  }
  end_event();
  return events;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto stream = fuzz::text_of(bytes, size);
  const auto whole = read({stream});
  LIMN_EXPECT(whole == read_lines(stream));
  for (const auto& pieces : fuzz::ways_to_cut(stream)) {
    LIMN_EXPECT(read(pieces) == whole);
  }
  return 0;
}
