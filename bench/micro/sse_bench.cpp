#include "answer/sse.hpp"
#include "micro/texts.hpp"

#include <benchmark/benchmark.h>

namespace limn::bench {

namespace {

class Count : public SseSink
{
public:
  void data(std::string_view piece) override { m_bytes += piece.size(); }
  void dispatch(std::string_view /*name*/) override { m_is_whole = true; }

  bool whole() const { return m_is_whole && m_bytes > 0; }

private:
  std::size_t m_bytes = 0;
  bool m_is_whole = false;
};

} // namespace

void add_sse(const Texts& texts)
{
  const auto run = [&texts](benchmark::State& state) {
    for (auto _ : state) {
      Count sink;
      SseReader reader(sink);
      reader.feed(texts.sse);
      reader.finish();
      if (!sink.whole()) {
        state.SkipWithError("no event");
        break;
      }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(texts.sse.size()));
  };
  benchmark::RegisterBenchmark(("SSE, " + texts.size).c_str(), run);
}

} // namespace limn::bench
