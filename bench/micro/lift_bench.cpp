#include "answer/lift.hpp"
#include "micro/texts.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace limn::bench {

namespace {

class Count : public LiftSink
{
public:
  void text(std::string_view piece) override { m_bytes += piece.size(); }
  std::string begin_run() override { return "@limn:1"; }
  void bytes(std::span<const std::byte> piece) override { m_bytes += piece.size(); }
  void end_run(bool whole) override { m_whole = whole; }

  bool whole() const { return m_whole && m_bytes > 0; }

private:
  std::size_t m_bytes = 0;
  bool m_whole = false;
};

} // namespace

void add_lift(const Texts& texts)
{
  const auto run = [&texts](benchmark::State& state) {
    for (auto _ : state) {
      Count sink;
      Lift lift(sink);
      lift.feed(texts.json);
      lift.finish();
      if (!sink.whole()) {
        state.SkipWithError("not lifted");
        break;
      }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(texts.json.size()));
  };
  benchmark::RegisterBenchmark(("lift, " + texts.size).c_str(), run);
}

} // namespace limn::bench
