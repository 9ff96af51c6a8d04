#include "micro/texts.hpp"

#include <benchmark/benchmark.h>

#include <array>

int main(int argc, char** argv)
{
  using namespace limn::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  const std::array sizes{texts_of("1.5 MB", 1'500'000), texts_of("30 MB", 30'000'000)};
  for (const auto& texts : sizes) {
    add_memcpy(texts);
    add_base64(texts);
    add_form(texts);
    add_lift(texts);
    add_sse(texts);
    add_message_stream(texts);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
