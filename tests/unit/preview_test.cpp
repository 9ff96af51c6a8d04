#include "base/json.hpp"
#include "engine_bench.hpp"
#include "memory/lessons.hpp"
#include "price/price_list.hpp"
#include "read_back.hpp"
#include "run_until.hpp"
#include "scripted_server.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <set>
#include <vector>

// Previews on their whole way: engine, plugins and libcurl, over real connections.
namespace limn {

namespace {

using namespace std::chrono_literals;
using test::Reply;
using test::response;

// 1x1.
constexpr std::string_view k_png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNo"
                                   "AAAAggCBd81ytgAAAABJRU5ErkJggg==";

struct HeardPreview {
  int image_number;
  int index;
  std::string bytes;
  Size size;

  std::string name() const { return std::to_string(image_number) + "." + std::to_string(index); }
};

class Viewer : public test::KeptOutcome
{
public:
  std::vector<HeardPreview> previews;
  std::vector<std::string> in_order; // "1.0": the first preview of the first image; "saved"
  std::function<void()> on_preview;

  void preview(int image_number, int index, const ByteSource& picture) override
  {
    std::vector<std::byte> bytes(picture.size());
    CHECK(picture.read_at(0, bytes) == bytes.size());
    const auto header = inspect_image(picture);
    REQUIRE(header);
    previews.push_back({image_number, index,
                        std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                        header->size});
    in_order.push_back(previews.back().name());
    if (on_preview) {
      on_preview();
    }
  }
  void image_saved(const SavedImage&) override { in_order.emplace_back("saved"); }
};

using Names = std::vector<std::string>;

struct Studio : test::EngineBench {
  void run(Viewer& viewer, std::string_view provider, const std::vector<std::string>& base_urls,
           int previews, int count = 1)
  {
    auto order = order_for(base_urls, provider);
    order.job.count = count;
    order.job.partial_images = previews;
    engine.start(std::move(order), viewer);
    test::run_until(*loop, [&] { return viewer.outcome.has_value(); });
  }

  // How many previews each request for an image asked the sandbox for; -1: it said nothing of them.
  std::vector<int> requests()
  {
    const auto base = sandbox->base_url("ok");
    const auto ledger =
      parse_json(test::read_back(*loop, *transport, base.substr(0, base.find("/ok/")) + "/_log"));
    REQUIRE(ledger);
    std::vector<int> asked;
    for (const auto& entry : ledger->GetArray()) {
      const auto& body = *member(entry, "body");
      if (!body.IsObject()) {
        continue; // a question
      }
      const auto* tools = member(body, "tools");
      const auto* previews = member(tools ? tools->GetArray()[0] : body, "partial_images");
      asked.push_back(previews ? previews->GetInt() : -1);
    }
    return asked;
  }

  std::ptrdiff_t kept() const
  {
    std::error_code none;
    const std::filesystem::directory_iterator files(folder.path() / "recovered", none);
    return none ? 0 : std::distance(begin(files), end(files));
  }
};

std::string event(const std::string& data)
{
  return "data: " + data + "\n\n";
}

// Without an index where that is empty.
std::string preview_event(std::string_view index, std::string_view base64 = k_png)
{
  return event(R"({"type":"image_generation.partial_image",)"
               + (index.empty() ? "" : "\"partial_image_index\":" + std::string(index) + ",")
               + R"("b64_json":")" + std::string(base64) + "\"}");
}

std::string image_event()
{
  return event(R"({"type":"image_generation.completed","b64_json":")" + std::string(k_png) + "\"}");
}

Reply streamed(const std::string& events)
{
  return {response(200, events, "text/event-stream"), Reply::After::close};
}

} // namespace

TEST_CASE("previews are told in order, each with its index, and the image is saved once")
{
  for (const char* provider : {"openai_images", "responses_api"}) {
    CAPTURE(provider);
    Studio studio;
    Viewer viewer;
    studio.run(viewer, provider, {studio.sandbox->base_url("ok")}, 3);
    CHECK_FALSE(viewer.outcome->failure);
    CHECK(viewer.in_order == Names{"1.0", "1.1", "1.2", "saved"});
    std::set<std::string> pictures;
    for (const auto& preview : viewer.previews) {
      CHECK(preview.size == Size{1024, 1024});
      pictures.insert(preview.bytes);
    }
    REQUIRE(viewer.outcome->images.size() == 1);
    pictures.insert(test::content_of(viewer.outcome->images.front().path));
    CHECK(pictures.size() == 4);
    CHECK(studio.requests() == std::vector{3});
    CHECK(studio.kept() == 0);
  }
}

TEST_CASE("who asks for no previews sends nothing of them and hears of none")
{
  for (const char* provider : {"openai_images", "responses_api"}) {
    CAPTURE(provider);
    Studio studio;
    Viewer viewer;
    studio.run(viewer, provider, {studio.sandbox->base_url("ok")}, 0);
    CHECK(viewer.in_order == Names{"saved"});
    CHECK(studio.requests() == std::vector{-1});
  }
}

TEST_CASE("a preview is told while the image is drawn, and not with it")
{
  Studio studio;
  Viewer viewer;
  std::promise<void> told;
  std::atomic<bool> was_in_time = false;
  viewer.on_preview = [&] { told.set_value(); };
  const auto events = preview_event("0") + image_event();
  const auto whole = response(200, events, "text/event-stream");
  test::ScriptedServer server([&](std::string_view, std::string_view) {
    Reply reply;
    reply.bytes = whole.substr(0, whole.size() - image_event().size());
    reply.more = image_event();
    reply.before_more = [&] {
      was_in_time = told.get_future().wait_for(60s) == std::future_status::ready;
    };
    reply.after_more = [] {};
    return reply;
  });
  studio.run(viewer, "openai_images", {server.origin() + "/v1"}, 1);
  CHECK(viewer.in_order == Names{"1.0", "saved"});
  CHECK(was_in_time);
}

TEST_CASE("what previews cost is what the gateway counts for them")
{
  Studio studio;
  const auto cost_with = [&](int previews) {
    Viewer viewer;
    studio.run(viewer, "openai_images", {studio.sandbox->base_url("ok")}, previews);
    CHECK(viewer.outcome->cost.basis == Cost::Basis::usage);
    return viewer.outcome->cost.amount;
  };
  const auto prices = find_prices({}, "gpt-image-2");
  REQUIRE(prices);
  CHECK(cost_with(2) - cost_with(0) == 2 * k_preview_tokens * prices->image_out);
}

TEST_CASE("with previews each image is asked for on its own, and each preview says whose it is")
{
  Studio studio;
  Viewer viewer;
  studio.run(viewer, "openai_images", {studio.sandbox->base_url("ok")}, 1, 3);
  CHECK(viewer.outcome->images.size() == 3);
  std::set<std::string> names;
  std::set<std::string> pictures;
  for (const auto& preview : viewer.previews) {
    names.insert(preview.name());
    pictures.insert(preview.bytes);
  }
  CHECK(names == std::set<std::string>{"1.0", "2.0", "3.0"});
  CHECK(studio.requests() == std::vector{1, 1, 1});

  Viewer without;
  studio.run(without, "openai_images", {studio.sandbox->base_url("ok")}, 0, 3);
  CHECK(without.outcome->images.size() == 3);
  CHECK(studio.requests() == std::vector{1, 1, 1, -1});
}

TEST_CASE(
  "an answer that ends behind its previews leaves the outcome unknown: nobody else is asked, "
  "and the last preview is kept")
{
  for (const char* provider : {"openai_images", "responses_api"}) {
    for (const char* behaviour : {"sse-ends-too-early", "sse-error-after-partial"}) {
      CAPTURE(provider);
      CAPTURE(behaviour);
      Studio studio;
      Viewer viewer;
      studio.run(viewer, provider,
                 {studio.sandbox->base_url(behaviour), studio.sandbox->base_url("ok")}, 2);
      CHECK(viewer.in_order == Names{"1.0", "1.1"});
      REQUIRE(viewer.outcome->failure);
      CHECK(viewer.outcome->failure->failure_class == FailureClass::outcome_unknown);
      REQUIRE(viewer.outcome->attempts.size() == 1);
      CHECK(viewer.outcome->attempts.front().may_have_cost);
      CHECK(studio.requests() == std::vector{2});
      CHECK(studio.kept() == 1);
    }
  }
}

TEST_CASE("a stream that is cut anywhere behind a preview leaves the outcome unknown")
{
  const auto whole = response(200, preview_event("0") + image_event(), "text/event-stream");
  const auto behind_preview = whole.size() - image_event().size();
  // Nothing of the image's end may be there: a picture that is whole is delivered.
  for (const auto size : {behind_preview, behind_preview + 20, whole.size() - 60}) {
    CAPTURE(size);
    for (const auto after : {Reply::After::close, Reply::After::reset}) {
      Studio studio;
      Viewer viewer;
      test::ScriptedServer server([&](std::string_view, std::string_view) {
        return Reply{whole.substr(0, size), after};
      });
      studio.run(viewer, "openai_images", {server.origin() + "/v1", studio.sandbox->base_url("ok")},
                 1);
      REQUIRE(viewer.outcome->failure);
      CHECK(viewer.outcome->failure->failure_class == FailureClass::outcome_unknown);
      CHECK(viewer.outcome->images.empty());
      CHECK(studio.requests().empty());
    }
  }
}

TEST_CASE("previews that nobody asked for, too many, damaged or late, do no harm and are not told")
{
  const auto many = preview_event("0") + preview_event("1") + preview_event("2");
  const struct {
    const char* what;
    std::string events;
    int asked;
    Names expected;
  } cases[] = {
    {"not asked for", many + image_event(), 0, {"saved"}},
    {"too many", many + image_event(), 1, {"1.0", "saved"}},
    {"damaged",
     preview_event("0", k_png.substr(0, 60)) + preview_event("1") + image_event(),
     2,
     {"1.1", "saved"}},
    {"by address", preview_event("0", "https://x.example/1.png") + image_event(), 2, {"saved"}},
    {"behind the image", image_event() + many, 3, {"saved"}},
  };
  for (const auto& one : cases) {
    CAPTURE(std::string(one.what));
    Studio studio;
    Viewer viewer;
    test::ScriptedServer server(
      [&](std::string_view, std::string_view) { return streamed(one.events); });
    studio.run(viewer, "openai_images", {server.origin() + "/v1"}, one.asked);
    CHECK_FALSE(viewer.outcome->failure);
    CHECK(viewer.outcome->images.size() == 1);
    CHECK(viewer.in_order == one.expected);
    CHECK(studio.kept() == 0);
  }
}

TEST_CASE("an index rises, however the gateway counts")
{
  const struct {
    std::vector<const char*> told;
    std::vector<int> expected;
  } cases[] = {
    {{"0", "1", "2"}, {0, 1, 2}}, {{"", "", ""}, {0, 1, 2}},
    {{"0", "2"}, {0, 2}}, // one was left out
    {{"1", "2", "3"}, {1, 2, 3}}, {{"0", "0", "0"}, {0, 1, 2}},
    {{"2", "1", "0"}, {2, 3, 4}}, {{"-1", "9223372036854775807", "\"2\""}, {0, 1, 2}},
  };
  for (const auto& one : cases) {
    std::string events;
    for (const auto* index : one.told) {
      events += preview_event(index);
    }
    CAPTURE(events);
    Studio studio;
    Viewer viewer;
    test::ScriptedServer server(
      [&](std::string_view, std::string_view) { return streamed(events + image_event()); });
    studio.run(viewer, "openai_images", {server.origin() + "/v1"}, 3);
    std::vector<int> indices;
    for (const auto& preview : viewer.previews) {
      indices.push_back(preview.index);
    }
    CHECK(indices == one.expected);
  }
}

TEST_CASE(
  "a gateway that refuses previews draws without them, and no later job is the worse for it")
{
  for (const char* provider : {"openai_images", "responses_api"}) {
    CAPTURE(provider);
    Studio studio;
    for (int i = 0; i < 2; ++i) {
      Viewer viewer;
      studio.run(viewer, provider, {studio.sandbox->base_url("no-previews")}, 2);
      CHECK(viewer.in_order == Names{"saved"});
      CHECK(viewer.notices.find("partial_images") != std::string::npos);
    }
    Viewer viewer;
    studio.run(viewer, provider, {studio.sandbox->base_url("no-previews")}, 0);
    CHECK(viewer.in_order == Names{"saved"});
    CHECK(viewer.notices == "");
    CHECK(studio.requests() == std::vector{2, -1, 2, -1, -1});
  }
}

TEST_CASE("a gateway that does not draw without any preview still gives those that are asked for")
{
  Studio studio;
  const auto base_url = studio.sandbox->base_url("ok");
  Lessons(studio.learnt, 60s)
    .refused_parameter(Studio::gateway(base_url), "responses_api", "partial_images");
  Viewer viewer;
  studio.run(viewer, "responses_api", {base_url}, 2);
  CHECK(viewer.in_order == Names{"1.0", "1.1", "saved"});
  CHECK(viewer.notices == "");
}

TEST_CASE("a provider that has no previews is not asked for any")
{
  Studio studio;
  Viewer viewer;
  studio.run(viewer, "chat_completions", {studio.sandbox->base_url("ok")}, 3);
  CHECK(viewer.in_order == Names{"saved"});
}

} // namespace limn
