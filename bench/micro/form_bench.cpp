#include "http_server/form_reader.hpp"
#include "micro/texts.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace limn::bench {

namespace {

constexpr std::size_t k_chunk = 64U << 10U; // as a server reads

class Counter : public PartReceiver
{
public:
  void begin_part(const PartHead&) override {}
  void data(std::string_view piece) override
  {
    ++pieces;
    benchmark::DoNotOptimize(piece.data());
  }
  void end_part() override {}

  std::int64_t pieces = 0;
};

std::string repeated(std::string_view text, std::size_t size)
{
  std::string content;
  while (content.size() < size) {
    content += text;
  }
  return content;
}

void add(const Texts& texts, const std::string& name, const std::string& content)
{
  const auto form =
    "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n" + content
    + "\r\n--b--\r\n";
  const auto run = [form](benchmark::State& state) {
    Counter counter;
    for (auto _ : state) {
      auto reader = FormReader::create("multipart/form-data; boundary=b", counter);
      for (std::string_view rest = form; !rest.empty();
           rest.remove_prefix(std::min(rest.size(), k_chunk))) {
        static_cast<void>(reader->feed(rest.substr(0, k_chunk)));
      }
      if (!reader->finish()) {
        state.SkipWithError("not read");
        break;
      }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(form.size()));
    state.counters["pieces"] =
      static_cast<double>(counter.pieces) / static_cast<double>(state.iterations());
  };
  benchmark::RegisterBenchmark(("form, " + name + ", " + texts.size).c_str(), run);
}

} // namespace

// A picture, and what a hostile client has in its place.
void add_form(const Texts& texts)
{
  const auto size = texts.base64.size();
  add(texts, "base64", texts.base64);
  add(texts, "nothing but CR", std::string(size, '\r'));
  add(texts, "beginnings of boundaries", repeated("\r\n--", size));
  add(texts, "boundaries that go on", repeated("\r\n--b!", size));
}

} // namespace limn::bench
