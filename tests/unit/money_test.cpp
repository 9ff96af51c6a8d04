#include "answer_bodies.hpp"
#include "engine/engine.hpp"
#include "fresh_folder.hpp"
#include "gateway_answers.hpp"
#include "http/transport.hpp"
#include "loop/epoll_loop.hpp"
#include "output/folder_sink.hpp"
#include "plugin/host_services.hpp"
#include "scripted_server.hpp"
#include "silence.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <set>

// The invariant of money: whatever gateways answer, the requests whose outcome could have been
// charged are at most as many as the images that were wanted, unless the user allowed more. Random
// scripts of answers against the real engine, plugins and libcurl, over real connections. What
// could have been charged is judged here, by what the server did, and not by what limn says of it.
namespace limn {

namespace {

using std::chrono::milliseconds;
using test::between;
using test::Reply;

constexpr milliseconds k_timeout{400};
constexpr milliseconds k_job_timeout{1200}; // a poll that broke is sent again after half a second

// Keeps the record of what may be charged: on a disk that takes no more, now and then; and says so
// at once, at the loop's next turn, or after a while.
class Bookkeeper : public MoneyGate
{
public:
  Loop* loop = nullptr;
  std::mt19937 random;
  int allowed = 0;
  int most_allowed = std::numeric_limits<int>::max();
  std::multiset<AttemptId> open; // that asked and are not settled
  int unasked = 0;               // that were settled without having asked

  void may_spend(const Attempt& attempt, std::function<void(Done)> answer) override
  {
    open.insert(attempt.id);
    const auto say = [this, answer = std::move(answer)] {
      if (allowed == most_allowed) {
        answer(fail(FailureClass::not_saved, "no space left on device"));
        return;
      }
      ++allowed;
      answer({});
    };
    switch (between(0, 3, random)) {
    case 0:
      loop->post(say);
      return;
    case 1:
      later.push_back(loop->after(milliseconds(between(1, 20, random)), say));
      return;
    default:
      say();
    }
  }
  void settled(const Attempt& attempt) override { unasked += open.erase(attempt.id) == 0 ? 1 : 0; }

private:
  std::vector<Timer> later;
};

class Listener : public JobListener
{
public:
  explicit Listener(std::function<void(JobOutcome)> on_end) : m_on_end(std::move(on_end)) {}

  int previews = 0;

  void verifying(const Gateway&) override {}
  void attempt_started(const Attempt&) override {}
  void attempt_ended(const Attempt&) override {}
  void preview(int, int, const ByteSource&) override { ++previews; }
  void image_saved(const SavedImage&) override {}
  void waiting(milliseconds, const std::string&) override {}
  void noticed(const std::string&) override {}
  void finished(JobOutcome outcome) override { m_on_end(std::move(outcome)); }

private:
  std::function<void(JobOutcome)> m_on_end;
};

// One job with its gateways, and what the server did for it.
struct Trial {
  unsigned seed = 0;
  int id = 0;
  int count = 1;
  int partial_images = 0;
  DuplicateCharge duplicate_charge = DuplicateCharge::refused;
  Settings settings;
  EngineOptions options;
  std::vector<Gateway> gateways;
  Bookkeeper bookkeeper;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Engine> engine;
  std::optional<JobOutcome> outcome;

  std::mutex mutex; // of the rest: the server's threads write it
  std::mt19937 random;
  int maybe_charged = 0;
  int polls = 0;
  int cancels = 0;
  int images_sent = 0;       // whole ones, as final images
  std::vector<bool> charged; // perhaps, one for each request
  std::vector<std::string_view> told;
};

// A target is "/ID/gN/v1/...".
Reply answer(std::vector<std::unique_ptr<Trial>>& trials, std::string_view method,
             std::string_view target)
{
  int id = -1;
  std::from_chars(target.data() + 1, target.data() + target.size(), id);
  if (id < 0 || id >= static_cast<int>(trials.size())) {
    return test::said(404, "{}");
  }
  auto& trial = *trials[static_cast<std::size_t>(id)];
  const std::lock_guard lock(trial.mutex);
  if (target.ends_with("/cancel")) {
    ++trial.cancels;
    return test::said(200, R"({"id":"1","status":"cancelled"})");
  }
  static const auto pictures = test::marked_pictures(0);
  const test::DrawingRequest asked{test::endpoint_of(target), trial.random, pictures};
  if (target.ends_with("/jobs/1")) {
    ++trial.polls;
    auto [reply, has_image] =
      test::answer_about_job({test::Endpoint::jobs, trial.random, pictures});
    trial.images_sent += has_image ? 1 : 0;
    return std::move(reply);
  }
  if (method == "GET") {
    return test::models_answer(trial.random);
  }
  if (asked.endpoint == test::Endpoint::jobs && between(0, 2, trial.random) > 0) {
    trial.told.emplace_back("a job");
    trial.charged.push_back(true);
    ++trial.maybe_charged;
    return test::accepted_job(asked.job);
  }
  const auto& kind = test::any_answer(asked.endpoint, trial.random);
  trial.told.push_back(kind.name);
  const bool charged = kind.charged == test::Charged::perhaps;
  trial.charged.push_back(charged);
  trial.maybe_charged += charged ? 1 : 0;
  trial.images_sent += kind.name.starts_with("image") ? 1 : 0;
  return kind.reply(asked);
}

// The settings that a user could write, as limn.yaml would let through.
void choose_settings(Trial& trial)
{
  auto& random = trial.random;
  trial.count = between(1, 3, random);
  trial.partial_images = std::max(0, between(-2, 2, random));
  trial.settings.timeout = k_timeout;
  trial.settings.origins["timeout"] = "limn.yaml:1"; // a provider knows no better then
  trial.settings.late_error = test::k_late_error;
  trial.settings.wait_budget = milliseconds(600);
  const std::vector<std::vector<std::string>> orders{
    {"openai_images", "responses_api"},
    {"responses_api", "openai_images"},
    {"chat_completions", "openai_images"},
    {"submit_poll", "openai_images"},
    {"chat_completions", "submit_poll", "responses_api"}};
  trial.settings.providers = orders[static_cast<std::size_t>(between(0, 4, random))];
  if (std::ranges::count(trial.settings.providers, "submit_poll") > 0) {
    trial.settings.timeout = k_job_timeout;
  }
  if (between(0, 9, random) == 0) {
    trial.duplicate_charge = DuplicateCharge::allowed;
  }
  trial.options.duplicate_charge = trial.duplicate_charge;
  if (between(0, 19, random) == 0) {
    trial.bookkeeper.most_allowed = between(0, 2, random);
  }
  trial.options.verify = between(0, 2, random) ? VerifyMode::never : VerifyMode::always;
  constexpr std::array steps{NextStep::next_size, NextStep::next_provider, NextStep::next_gateway,
                             NextStep::retry, NextStep::stop};
  for (int i = between(0, 1, random) ? between(1, 6, random) : 0; i > 0; --i) {
    const auto failure_class = static_cast<FailureClass>(between(1, 19, random));
    trial.settings.fallback[failure_class] = steps[static_cast<std::size_t>(between(0, 4, random))];
  }
}

// Thousands of fsyncs prove nothing here and may take minutes on a busy disk.
std::filesystem::path in_memory_if_possible()
{
  const char* memory = "/dev/shm";
  return ::access(memory, W_OK | X_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

int scripts_wanted()
{
  const char* text = std::getenv("LIMN_SCRIPTS");
  return text ? std::atoi(text) : 20'000;
}

unsigned seed_wanted()
{
  const char* text = std::getenv("LIMN_SEED");
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : std::random_device{}();
}

} // namespace

TEST_CASE("whatever gateways answer, no more is charged than images were wanted, unless allowed")
{
  const auto loop = std::move(*epoll_loop()); // both outlive what the engines wait for
  DiskThread disk(*loop);
  const auto seed = seed_wanted();
  const int wanted = scripts_wanted();
  std::mt19937 random(seed);

  std::vector<std::unique_ptr<Trial>> trials;
  for (int i = 0; i < wanted; ++i) {
    auto trial = std::make_unique<Trial>();
    trial->id = i;
    trial->seed = random();
    trial->random.seed(trial->seed);
    choose_settings(*trial);
    trials.push_back(std::move(trial));
  }
  const test::FreshFolder folder(in_memory_if_possible());
  test::ScriptedServer server([&](std::string_view method, std::string_view target) {
    return answer(trials, method, target);
  });

  test::Silence silence;
  const HostServices services(silence, {});
  PluginSearch search;
  search.files = {LIMN_OPENAI_IMAGES, LIMN_RESPONSES_API, LIMN_CHAT_COMPLETIONS, LIMN_SUBMIT_POLL};
  Registry registry(
    search, services.host(),
    {{"submit_poll", {{"protocol", "sdcpp"}, {"poll_shortest", "0.01"}, {"poll_longest", "0.02"}}}},
    silence);
  std::string warning;
  auto learnt = Learnt::load(folder.path() / "learnt.json", warning);
  const auto transport = std::make_unique<Transport>(*loop, TransportOptions(), silence);
  FolderSink sink(folder.path() / "images", {"{slug}-{n}", folder.path() / "recovered"});
  REQUIRE(sink.check_writable());

  constexpr std::size_t k_at_once = 48;
  std::size_t begun = 0;
  std::size_t ended = 0;
  const auto begin_one = [&](auto&& again) -> void {
    if (begun == trials.size()) {
      return;
    }
    auto& trial = *trials[begun++];
    Job job;
    job.prompt = "fox " + std::to_string(trial.id);
    job.size = "2048x1024";
    job.quality = "low";
    job.background = "opaque";
    job.count = trial.count;
    job.partial_images = trial.partial_images;
    std::vector<Gateway> gateways;
    for (int i = between(1, 3, random); i > 0; --i) {
      Gateway gateway;
      gateway.name = "g" + std::to_string(i);
      gateway.base_url =
        server.origin() + "/" + std::to_string(trial.id) + "/" + gateway.name + "/v1";
      gateway.key = Secret("a-key-of-the-test");
      gateway.id = gateway_id(gateway);
      gateways.push_back(std::move(gateway));
    }
    trial.engine = std::make_unique<Engine>(*transport, EngineThreads{disk, disk}, learnt,
                                            EngineGround{registry, trial.settings, nullptr});
    trial.bookkeeper.loop = loop.get();
    trial.bookkeeper.random.seed(trial.seed);
    trial.listener = std::make_unique<Listener>([&](JobOutcome outcome) {
      trial.outcome = std::move(outcome);
      if (++ended == trials.size()) {
        loop->stop();
      }
      loop->post([&] { again(again); });
    });
    trial.engine->start({std::move(job), gateways, &sink, trial.options, &trial.bookkeeper},
                        *trial.listener);
  };
  for (std::size_t i = 0; i < k_at_once; ++i) {
    begin_one(begin_one);
  }
  loop->run();

  int billable = 0;
  int maybe_charged = 0;
  int delivered = 0;
  int previews = 0;
  int twice_where_allowed = 0;
  int recovered = 0;
  int polls = 0;
  int cancels = 0;
  for (const auto& trial : trials) {
    const std::lock_guard lock(trial->mutex);
    INFO("LIMN_SEED=" << seed << " script " << trial->id);
    std::string told;
    for (const auto& name : trial->told) {
      told += std::string(name) + "; ";
    }
    INFO("answers: " << told);
    billable += static_cast<int>(trial->told.size());
    maybe_charged += trial->maybe_charged;
    polls += trial->polls;
    cancels += trial->cancels;
    delivered += static_cast<int>(trial->outcome->images.size());
    previews += trial->listener->previews;
    CHECK((trial->partial_images > 0 || trial->listener->previews == 0));
    std::vector<bool> reported; // of the attempts that asked for an image
    bool timed_out = false;
    std::vector<bool> was_late; // of `reported`: a busy machine may make a refusal late
    for (const auto& attempt : trial->outcome->attempts) {
      const std::string said = attempt.failure ? attempt.failure->message : "";
      const bool is_out_of_time = said.find(" within ") != std::string::npos;
      timed_out = timed_out || is_out_of_time;
      if (!attempt.provider.empty()) {
        reported.push_back(attempt.may_have_cost);
        was_late.push_back(
          is_out_of_time || said.find("late_error") != std::string::npos
          || (attempt.failure && attempt.failure->failure_class == FailureClass::cancelled));
      }
    }
    if (!timed_out) {
      CHECK(static_cast<int>(trial->outcome->images.size()) == trial->images_sent);
    }
    CHECK(static_cast<int>(trial->told.size()) <= trial->bookkeeper.allowed);
    CHECK(trial->bookkeeper.open.empty()); // all that asked is settled
    CHECK(trial->bookkeeper.unasked == 0);
    // What could have been charged is said to be so.
    const auto costly = [](const std::vector<bool>& flags) {
      return std::count(flags.begin(), flags.end(), true);
    };
    CHECK(costly(reported) >= costly(trial->charged));
    // One for one, unless a request was lost on a connection that had died, or several were under
    // way at once.
    const bool in_turn = trial->count == 1 && reported.size() == trial->charged.size();
    for (std::size_t i = 0; in_turn && i < reported.size(); ++i) {
      CHECK(reported[i] >= trial->charged[i]);
      // What came along without being drawn counts for nothing: others may be asked.
      const bool has_picture_of_another_kind =
        trial->told[i].starts_with("small picture") || trial->told[i].starts_with("page with");
      CHECK((!has_picture_of_another_kind || was_late[i] || !reported[i]));
    }
    if (trial->duplicate_charge == DuplicateCharge::allowed) {
      twice_where_allowed += trial->maybe_charged > trial->count ? 1 : 0;
      continue;
    }
    CHECK(trial->maybe_charged <= trial->count);
  }
  std::error_code ignored;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder.path() / "recovered", ignored)) {
    ++recovered;
  }
  std::printf("money: seed %u, %d scripts, %d requests for images, %d that could have been "
              "charged, %d polls, %d cancels, "
              "%d images delivered, %d kept in recovered; more than one charge in %d scripts that "
              "allow it, and in no other\n",
              seed, wanted, billable, maybe_charged, polls, cancels, delivered, recovered,
              twice_where_allowed);
  // The scripts are hard enough to tell a wrong policy from a right one.
  if (wanted >= 1000) {
    CHECK(twice_where_allowed > wanted / 200);
    CHECK(delivered > wanted / 20);
    CHECK(previews > wanted / 200);
    CHECK(polls > wanted / 20);
  }
}

} // namespace limn
