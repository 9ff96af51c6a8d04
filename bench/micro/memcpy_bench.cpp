#include "micro/texts.hpp"

#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

namespace limn::bench {

// What the machine's memory gives at best: the measure for all the others.
void add_memcpy(const Texts& texts)
{
  const auto run = [&texts](benchmark::State& state) {
    std::vector<char> copy(texts.base64.size());
    for (auto _ : state) {
      std::memcpy(copy.data(), texts.base64.data(), copy.size());
      benchmark::DoNotOptimize(copy.data());
      benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(copy.size()));
  };
  benchmark::RegisterBenchmark(("memcpy, " + texts.size).c_str(), run);
}

} // namespace limn::bench
