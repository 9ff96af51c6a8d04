#include "base/base64.hpp"
#include "base/base64_bulk.hpp"
#include "micro/texts.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace limn::bench {

namespace {

void add(const Texts& texts, const std::string& name, Base64Decoder::Bulk bulk)
{
  const auto run = [&texts, bulk](benchmark::State& state) {
    std::vector<std::byte> decoded(Base64Decoder::room_for(texts.base64.size()));
    for (auto _ : state) {
      Base64Decoder decoder(Base64Decoder::Skip::line_breaks, bulk);
      const auto progress = decoder.feed(texts.base64, decoded);
      if (progress.consumed != texts.base64.size() || !decoder.finish(decoded).whole) {
        state.SkipWithError("not decoded");
        break;
      }
      benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(texts.base64.size()));
  };
  benchmark::RegisterBenchmark(("base64 decode, " + name + ", " + texts.size).c_str(), run);
}

} // namespace

void add_base64(const Texts& texts)
{
  if (const auto bulk = base64_bulk_avx2()) {
    add(texts, "AVX2", bulk);
  }
  add(texts, "scalar", base64_bulk_scalar);
}

} // namespace limn::bench
