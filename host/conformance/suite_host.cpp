#include "conformance/scarce_memory.hpp"
#include "conformance/suite.hpp"
#include "conformance/trial.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace limn::conformance {

namespace {

Job rich_job()
{
  auto job = Trial::plain_job();
  job.quality = "high";
  job.background = "opaque";
  job.output_format = "png";
  job.moderation = "low";
  job.output_compression = 80;
  return job;
}

struct Outcome {
  std::string breach;
  std::optional<Failure> failure;
  bool has_image = false;
};

// All that a component does in a day: a source collects twice, a provider has a dialogue that
// succeeds, one that is refused and one that is given up.
Outcome exercise(Subject& subject, const HostWishes& wishes, const Manner& manner,
                 const Shape& shape, bool* memory_failed = nullptr)
{
  Outcome outcome;
  if (subject.is_config_source()) {
    FalseHost host(wishes);
    Relay relay(subject.component(), subject.notebook, manner);
    if (auto source = relay.source(host.host())) {
      (*source)->collect();
      outcome.failure = (*source)->collect().failure;
      outcome.breach = (*source)->breach();
    } else {
      outcome.failure = source.error();
      outcome.breach = relay.breach();
    }
    if (memory_failed) {
      *memory_failed = relay.allocation_failed();
    }
    return outcome;
  }
  Trial trial(subject, wishes, manner);
  if (trial.provider()) {
    trial.settings = {{"no_such_setting_7", "on"}};
    trial.provider()->capabilities();
    const std::vector<std::string> dropped{"quality"};
    auto conversation = trial.talk(good_gatekeeper(shape), rich_job(), dropped);
    outcome.has_image = !conversation->images().empty();
    outcome.failure = conversation->failure();
    trial.talk(bad_gatekeeper({400, R"({"error":{"message":"no","code":"no","type":"no"}})"}));
    trial.talk(bad_gatekeeper({502, "<html>bad gateway</html>", "text/html"}));
    if (auto last = trial.open(good_gatekeeper(shape)); last->is_open()) {
      last->run(2);
      if (!last->failure() && !last->has_finished()) {
        last->cancel();
      }
    }
  } else {
    outcome.failure = trial.made().error();
  }
  outcome.breach = trial.breach();
  if (memory_failed) {
    *memory_failed = trial.relay().allocation_failed();
  }
  return outcome;
}

// Does it in the way that the test asks for, and expects what comes of it in the plain way.
Verdict same_as_plain(Subject& subject, const HostWishes& wishes, const Manner& manner)
{
  const auto known = subject.is_config_source() ? KnownShape{} : known_shape(subject);
  const auto& shape = known.shape ? *known.shape : shapes().front();
  const auto plain = exercise(subject, {}, {}, shape);
  if (!plain.breach.empty()) {
    return skipped_for_breach(plain.breach);
  }
  const auto odd = exercise(subject, wishes, manner, shape);
  if (!odd.breach.empty()) {
    return failure(fmt::format("it {}", odd.breach));
  }
  if (odd.failure.has_value() != plain.failure.has_value()) {
    return failure(odd.failure ? fmt::format("it failed: {}", describe(*odd.failure))
                               : "it did not fail, as it does otherwise");
  }
  return odd.has_image == plain.has_image ? success()
                                          : failure("it found no image, as it does otherwise");
}

Verdict struct_ends(Subject& subject)
{
  Manner manner;
  manner.lending.structs_end_at_a_wall = true;
  return same_as_plain(subject, {}, manner);
}

Verdict text_ends(Subject& subject)
{
  Manner manner;
  manner.lending.texts_end_at_a_wall = true;
  return same_as_plain(subject, {}, manner);
}

Verdict borrowed_memory(Subject& subject)
{
  Manner manner;
  manner.lending.is_taken_back = true;
  return same_as_plain(subject, {}, manner);
}

Verdict longer_structs(Subject& subject)
{
  HostWishes wishes;
  wishes.is_from_the_future = true;
  Manner manner;
  manner.lending.structs_are_longer = true;
  return same_as_plain(subject, wishes, manner);
}

// OK and `LIMN_UNSUPPORTED` are right; so is what the same exercise ends with anyway.
Verdict judge_without(Subject& subject, const HostWishes& wishes, std::string_view what)
{
  const auto known = subject.is_config_source() ? KnownShape{} : known_shape(subject);
  if (!subject.is_config_source() && !known.shape) {
    return known.reason;
  }
  const auto& shape = known.shape ? *known.shape : shapes().front();
  if (const auto plain = exercise(subject, {}, {}, shape); !plain.breach.empty()) {
    return skipped_for_breach(plain.breach);
  }
  const auto outcome = exercise(subject, wishes, {}, shape);
  if (!outcome.breach.empty()) {
    return failure(fmt::format("without {} it {}", what, outcome.breach));
  }
  if (outcome.failure && outcome.failure->failure_class != FailureClass::unsupported) {
    return failure(fmt::format("without {} it fails, and not with LIMN_UNSUPPORTED: {}", what,
                               describe(*outcome.failure)));
  }
  return success();
}

Verdict without_services(Subject& subject)
{
  HostWishes wishes;
  wishes.has_services = false;
  return judge_without(subject, wishes, "any service");
}

Verdict without_one_service(Subject& subject)
{
  for (const std::string_view name : {LIMN_SERVICE_LOG, LIMN_SERVICE_ENV, LIMN_SERVICE_FILES,
                                      LIMN_SERVICE_CLOCK, LIMN_SERVICE_CLASSIFY}) {
    HostWishes wishes;
    wishes.missing = {name};
    auto verdict = judge_without(subject, wishes, name);
    if (verdict.status != Status::success) {
      return verdict;
    }
  }
  return success();
}

Verdict out_of_memory(Subject& subject)
{
  if (!subject.has_own_process) {
    return skipped("memory can be made scarce in a process of its own only");
  }
  const auto known = subject.is_config_source() ? KnownShape{} : known_shape(subject);
  const auto& shape = known.shape ? *known.shape : shapes().front();
  if (const auto plain = exercise(subject, {}, {}, shape); !plain.breach.empty()) {
    return skipped_for_breach(plain.breach);
  }
  if (const auto arranged = ScarceMemory::arrange(); !arranged) {
    return skipped(arranged.error().message);
  }
  // Until none is left to fail, or time is up: the first thousands are the plugin's own.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  for (std::int64_t nth = 1; std::chrono::steady_clock::now() < end; ++nth) {
    Manner manner;
    manner.failing_allocation = nth;
    bool failed = false;
    const auto outcome = exercise(subject, {}, manner, shape, &failed);
    if (!outcome.breach.empty()) {
      return failure(fmt::format("where allocation {} fails, it {}", nth, outcome.breach));
    }
    if (!failed) {
      break;
    }
  }
  return success();
}

constexpr std::array k_host_tests{
  Test{"host.without_services", Scope::component, "limn_host.get_service",
       "Where the host offers nothing, it works or says LIMN_UNSUPPORTED.", without_services},
  Test{"host.without_one_service", Scope::component, "limn_host.get_service",
       "Where any one service is missing, it works or says LIMN_UNSUPPORTED.", without_one_service},
  Test{"host.struct_ends", Scope::component, "rule 1",
       "It reads no member that an older host's struct does not have.", struct_ends},
  Test{"host.longer_structs", Scope::component, "rules 1, 3",
       "A newer host's longer structs, later minor and unknown members do no harm.",
       longer_structs},
  Test{"host.text_ends", Scope::component, "rule 9",
       "Text has no NUL at its end: nothing behind it is read.", text_ends},
  Test{"host.borrowed_memory", Scope::component, "rule 5",
       "What was lent for a call is not looked at afterwards.", borrowed_memory},
  Test{"host.out_of_memory", Scope::component, "rules 6, 7; LIMN_INTERNAL",
       "Whatever allocation fails, the call ends with an error or does its work.", out_of_memory},
};

} // namespace

std::span<const Test> host_tests()
{
  return k_host_tests;
}

} // namespace limn::conformance
