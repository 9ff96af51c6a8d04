#include "answer/message_stream.hpp"
#include "micro/texts.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace limn::bench {

namespace {

class Count : public MessageSink
{
public:
  std::string begin_run() override { return "@limn:1"; }
  void bytes(std::span<const std::byte> piece) override { m_bytes += piece.size(); }
  void end_run(bool whole) override { m_whole = whole; }
  bool message(const Message& /*message*/) override
  {
    ++m_messages;
    return true;
  }

  bool whole() const { return m_whole && m_messages == 1 && m_bytes > 0; }

private:
  std::size_t m_bytes = 0;
  int m_messages = 0;
  bool m_whole = false;
};

void add(const std::string& name, std::string_view text, std::size_t chunk_size)
{
  const auto run = [text, chunk_size](benchmark::State& state) {
    for (auto _ : state) {
      Count sink;
      MessageStream stream(sink, Limits{});
      for (std::size_t at = 0; at < text.size(); at += chunk_size) {
        stream.feed(text.substr(at, chunk_size));
      }
      stream.finish(MessageStream::Ending::complete);
      if (!sink.whole()) {
        state.SkipWithError("no message");
        break;
      }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  };
  benchmark::RegisterBenchmark(name.c_str(), run);
}

} // namespace

void add_message_stream(const Texts& texts)
{
  constexpr std::size_t k_kilobytes[] = {4, 16, 512};
  for (const auto kilobytes : k_kilobytes) {
    const auto chunks = ", " + texts.size + ", in chunks of " + std::to_string(kilobytes) + " KB";
    // Odd, so that no group of four characters is whole at the end of every chunk.
    add("message stream, JSON" + chunks, texts.json, kilobytes * 1024 - 1);
    add("message stream, SSE" + chunks, texts.sse, kilobytes * 1024 - 1);
  }
}

} // namespace limn::bench
