#include "conformance/suite.hpp"
#include "conformance/trial.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <malloc.h>

#include <array>

namespace limn::conformance {

namespace {

constexpr int k_rounds = 500;
// What libraries keep for later is not counted as lost.
constexpr std::size_t k_allowed_growth = 64 * 1024;

std::size_t open_files()
{
  std::size_t count = 0;
  if (DIR* entries = ::opendir("/proc/self/fd")) {
    while (::readdir(entries)) {
      ++count;
    }
    ::closedir(entries);
  }
  return count;
}

// Does `action` many times, and looks whether what the process holds grows with it.
template <typename Action>
Verdict repeat(Action&& action)
{
  for (int i = 0; i < 20; ++i) { // what is made once
    action();
  }
  const auto memory = ::mallinfo2().uordblks; // zero where another allocator is linked in
  const auto files = open_files();
  for (int i = 0; i < k_rounds; ++i) {
    action();
  }
  if (open_files() > files) {
    return failure(
      fmt::format("{} files more are open after {} rounds", open_files() - files, k_rounds));
  }
  const auto now = ::mallinfo2().uordblks;
  if (now > memory + k_allowed_growth) {
    return failure(
      fmt::format("{} KiB more are in use after {} rounds", (now - memory) / 1024, k_rounds));
  }
  return success();
}

Verdict instances(Subject& subject)
{
  FalseHost host;
  {
    Relay relay(subject.component(), subject.notebook);
    if (const auto made = relay.source(host.host()); !made) {
      return relay.breach().empty()
               ? skipped(fmt::format("no instance could be made: {}", describe(made.error())))
               : skipped_for_breach(relay.breach());
    }
  }
  return repeat([&] {
    Relay relay(subject.component(), subject.notebook);
    relay.source(host.host());
  });
}

Verdict dialogues(Subject& subject)
{
  const auto known = known_shape(subject);
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  const auto gatekeeper = good_gatekeeper(known.shape ? *known.shape : shapes().front());
  auto verdict = repeat([&] {
    trial.talk(gatekeeper);
    trial.relay().forget_calls();
  });
  return trial.breach().empty() ? verdict : skipped_for_breach(trial.breach());
}

Verdict two_instances(Subject& subject)
{
  const auto known = known_shape(subject);
  if (!known.shape) {
    return known.reason;
  }
  Trial first(subject);
  auto kept = first.open(good_gatekeeper(*known.shape, 100));
  {
    Trial second(subject);
    if (auto obstacle = second.obstacle()) {
      return failure("a second instance beside the first cannot be made");
    }
    second.talk(good_gatekeeper(*known.shape, 200));
  }
  kept->run();
  return kept->images() == std::vector{known.shape->given(picture(100))}
           ? success()
           : failure("a dialogue found another image after a second instance had come and gone");
}

Verdict interleaved(Subject& subject)
{
  const auto known = known_shape(subject);
  if (!known.shape) {
    return known.reason;
  }
  constexpr int k_count = 20;
  Trial trial(subject);
  std::vector<std::unique_ptr<Conversation>> open;
  for (int i = 0; i < k_count; ++i) {
    auto job = Trial::plain_job();
    job.prompt = fmt::format("the picture of number {} of them all", i);
    open.push_back(trial.open(good_gatekeeper(*known.shape, 1000 * i), job));
  }
  constexpr int k_most_calls = 1000; // one that never finishes is another test's matter
  for (int i = 0; i < k_most_calls; ++i) {
    for (const auto& conversation : open) {
      conversation->advance();
    }
  }
  for (int i = 0; i < k_count; ++i) {
    const auto& conversation = *open[static_cast<std::size_t>(i)];
    const auto own = fmt::format("number {} of", i);
    if (conversation.requests().empty()
        || body_of(conversation.requests().front()).find(own) == std::string::npos) {
      return failure(
        fmt::format("of {} dialogues at once, one sent the prompt of another", k_count));
    }
    if (conversation.images() != std::vector{known.shape->given(picture(1000 * i))}) {
      return failure(
        fmt::format("of {} dialogues at once, one did not find its own image", k_count));
    }
  }
  return success();
}

// How many calls a whole dialogue takes.
int calls_of_a_dialogue(Subject& subject, const Gatekeeper& gatekeeper)
{
  Trial trial(subject);
  auto conversation = trial.open(gatekeeper);
  int calls = 0;
  while (calls < 200 && conversation->advance()) {
    ++calls;
  }
  return calls;
}

Verdict closed_early(Subject& subject)
{
  const auto known = known_shape(subject);
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  const auto gatekeeper = good_gatekeeper(known.shape ? *known.shape : shapes().front());
  const auto calls = calls_of_a_dialogue(subject, gatekeeper);
  for (int made = 0; made <= calls; ++made) {
    trial.open(gatekeeper)->run(made);
  }
  // And after a failure, where only `close` follows.
  trial.talk(bad_gatekeeper({500, R"({"error":{"message":"out of order"}})"}));
  return trial.breach().empty() ? success() : skipped_for_breach(trial.breach());
}

Verdict cancelled(Subject& subject)
{
  const auto known = known_shape(subject);
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  if (!trial.relay().has_cancel()) {
    return skipped("it has no cancel, which is allowed");
  }
  const auto gatekeeper = good_gatekeeper(known.shape ? *known.shape : shapes().front());
  const auto calls = calls_of_a_dialogue(subject, gatekeeper);
  for (int made = 0; made <= calls; ++made) {
    Trial one(subject);
    auto conversation = one.open(gatekeeper);
    conversation->run(made);
    if (!conversation->is_open() || conversation->failure() || conversation->has_finished()) {
      break; // `cancel` is for dialogues that go on
    }
    conversation->cancel();
    const auto& said = one.relay().cancel_said();
    if (const auto breach = one.breach(); !breach.empty()) {
      return failure(fmt::format("given up after {} calls, it {}", made, breach));
    }
    if (said.steps > 1 || said.is_wait || said.is_billable) {
      return failure(fmt::format("given up after {} calls, it {}", made,
                                 said.is_wait       ? "asks to wait"
                                 : said.is_billable ? "sends a billable request"
                                                    : "says several things"));
    }
  }
  return success();
}

constexpr std::array k_lifetime_tests{
  Test{"lifetime.instances", Scope::component, "rule 8; destroy",
       "An instance that is destroyed leaves nothing behind.", instances},
  Test{"lifetime.dialogues", Scope::provider, "rule 8; close",
       "A dialogue that is closed leaves nothing behind.", dialogues},
  Test{"lifetime.two_instances", Scope::provider, "rule 10; create",
       "Two instances do not know of each other.", two_instances},
  Test{"lifetime.interleaved", Scope::provider, "limn_provider_v1",
       "Many dialogues of one instance are open at once, and none sees another's words or image.",
       interleaved},
  Test{"lifetime.closed_early", Scope::provider, "close",
       "A dialogue can be closed after any call: the user interrupts when he likes.", closed_early},
  Test{"lifetime.cancelled", Scope::provider, "cancel",
       "A dialogue that is given up says finish, or sends one last request, at any point.",
       cancelled},
};

} // namespace

std::span<const Test> lifetime_tests()
{
  return k_lifetime_tests;
}

} // namespace limn::conformance
