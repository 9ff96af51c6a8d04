// The messages and images of a body are the same however it is cut, whole or broken off.
#include "answer/message_stream.hpp"

#include "base/json.hpp"
#include "oracle.hpp"

#include <algorithm>

using namespace limn;
using Ending = MessageStream::Ending;

namespace {

constexpr std::size_t k_all = 1'000'000;

struct Read {
  std::vector<std::string> messages; // event name, line break, content
  std::vector<std::string> images;   // behind each "!" if it was not whole
  std::string cut_off;               // as one of the messages
  MessageStream::State state = MessageStream::State::going;

  bool operator==(const Read&) const = default;
};

class Recorder : public MessageSink
{
public:
  explicit Recorder(std::size_t wanted) : m_wanted(wanted) {}

  std::string begin_run() override
  {
    LIMN_EXPECT(!m_in_run);
    m_in_run = true;
    read.images.emplace_back();
    return "@" + std::to_string(read.images.size());
  }
  void bytes(std::span<const std::byte> piece) override
  {
    LIMN_EXPECT(m_in_run);
    read.images.back().append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  void end_run(bool whole) override
  {
    LIMN_EXPECT(m_in_run);
    m_in_run = false;
    read.images.back() += whole ? "" : "!";
  }
  bool message(const Message& message) override
  {
    LIMN_EXPECT(!m_in_run);
    LIMN_EXPECT(read.messages.size() < m_wanted);
    if (message.format == Message::Format::json) {
      LIMN_EXPECT(parse_json(message.content).has_value());
    } else {
      LIMN_EXPECT(!connection_broke); // what is cut is no message
      LIMN_EXPECT(message.content.size() <= MessageStream::k_max_text_size);
    }
    read.messages.push_back(std::string(message.event_name) + "\n" + std::string(message.content));
    return read.messages.size() < m_wanted;
  }
  void cut_off(const Message& message) override
  {
    LIMN_EXPECT(!m_in_run && read.cut_off.empty()); // once
    read.cut_off = std::string(message.event_name) + "\n" + std::string(message.content);
  }

  Read read;
  bool connection_broke = false;

private:
  std::size_t m_wanted;
  bool m_in_run = false;
};

Read read(const fuzz::Pieces& pieces, std::size_t wanted, Ending ending, const Limits& limits = {})
{
  Recorder recorder(wanted);
  MessageStream stream(recorder, limits);
  fuzz::feed_each(pieces,
                  [&](std::string_view piece) { recorder.read.state = stream.feed(piece); });
  recorder.connection_broke = ending != Ending::complete;
  recorder.read.state = stream.finish(ending);
  return recorder.read;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto body = fuzz::text_of(bytes, size);
  const auto ways = fuzz::ways_to_cut(body);
  for (const auto ending : {Ending::complete, Ending::broken, Ending::unheard}) {
    for (const std::size_t wanted : {std::size_t{1}, k_all}) {
      const auto whole = read({body}, wanted, ending);
      for (const auto& pieces : ways) {
        LIMN_EXPECT(read(pieces, wanted, ending) == whole);
      }
    }
  }
  Limits narrow;
  narrow.max_message_size = 64;
  const auto whole = read({body}, k_all, Ending::broken, narrow);
  for (const auto& pieces : ways) {
    LIMN_EXPECT(read(pieces, k_all, Ending::broken, narrow) == whole);
  }
  // What a broken connection leaves is among what a whole one would give.
  const auto complete = read({body}, k_all, Ending::complete);
  const auto broken = read({body}, k_all, Ending::broken);
  auto next = complete.messages.begin();
  for (const auto& message : broken.messages) {
    next = std::find(next, complete.messages.end(), message);
    LIMN_EXPECT(next != complete.messages.end());
    ++next;
  }
  LIMN_EXPECT(broken.images == complete.images);
  return 0;
}
