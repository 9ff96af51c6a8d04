#include "conformance/network_ban.hpp"
#include "conformance/suite.hpp"
#include "conformance/trial.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace limn::conformance {

namespace {

constexpr std::chrono::milliseconds k_slow_call{50};
constexpr std::chrono::milliseconds k_blocking_call{1000};

// What a tour through all that a plugin meets has shown.
struct Tour {
  std::vector<std::string> breaches;
  std::vector<Relay::Call> calls;
  limn_status odd_status = LIMN_OK;

  void take(const Relay& relay)
  {
    calls.insert(calls.end(), relay.calls().begin(), relay.calls().end());
    odd_status = odd_status == LIMN_OK ? relay.odd_status() : odd_status;
  }
};

void visit_source(Subject& subject, Tour& tour)
{
  FalseHost host;
  Relay relay(subject.component(), subject.notebook);
  auto source = relay.source(host.host());
  if (source) {
    (*source)->collect();
    tour.breaches.push_back((*source)->breach());
    source->reset();
  } else {
    tour.breaches.push_back(relay.breach());
  }
  tour.take(relay);
}

void visit_provider(Subject& subject, Tour& tour, const Gatekeeper& gatekeeper, int calls)
{
  Trial trial(subject);
  if (trial.provider()) {
    trial.provider()->capabilities();
    auto conversation = trial.open(gatekeeper);
    conversation->run(calls);
    if (conversation->is_open() && !conversation->failure() && !conversation->has_finished()) {
      conversation->cancel();
    }
  }
  tour.breaches.push_back(trial.breach());
  tour.take(trial.relay());
}

Tour take_tour(Subject& subject)
{
  Tour tour;
  if (subject.is_config_source()) {
    visit_source(subject, tour);
    return tour;
  }
  constexpr int k_all = 500;
  for (const auto& shape : shapes()) {
    visit_provider(subject, tour, good_gatekeeper(shape), k_all);
  }
  for (const auto& shape : shapes_of(subject.samples)) {
    visit_provider(subject, tour, good_gatekeeper(shape), k_all);
  }
  visit_provider(subject, tour, good_gatekeeper(shapes().front()), 1);
  for (const auto& refusal : refusals()) {
    visit_provider(subject, tour, bad_gatekeeper({refusal.status, std::string(refusal.body)}),
                   k_all);
  }
  visit_provider(subject, tour, bad_gatekeeper({200, "{\"data\":["}), k_all);
  visit_provider(subject, tour, bad_gatekeeper({200, ""}), k_all);
  return tour;
}

enum class Matter { exceptions, errors, shapes };

Matter matter_of(std::string_view breach)
{
  if (breach.find("rule 7 of") != std::string_view::npos) {
    return Matter::exceptions;
  }
  return breach.find("rule 6 of") != std::string_view::npos ? Matter::errors : Matter::shapes;
}

Verdict no_breach(Subject& subject, Matter matter)
{
  const auto tour = take_tour(subject);
  for (const auto& breach : tour.breaches) {
    if (!breach.empty() && matter_of(breach) == matter) {
      return failure(fmt::format("it {}", breach));
    }
  }
  return success();
}

Verdict no_exception(Subject& subject)
{
  return no_breach(subject, Matter::exceptions);
}

Verdict one_report(Subject& subject)
{
  return no_breach(subject, Matter::errors);
}

Verdict known_status(Subject& subject)
{
  const auto status = take_tour(subject).odd_status;
  if (status == LIMN_OK) {
    return success();
  }
  return subject.entry->abi_minor > LIMN_ABI_MINOR
           ? skipped("it was written for a later contract, which may have more statuses")
           : failure(
             fmt::format("it returned status {}, which the contract does not have", status));
}

Verdict well_formed(Subject& subject)
{
  return no_breach(subject, Matter::shapes);
}

Verdict quick(Subject& subject)
{
  // What else the machine does is not the plugin's: a call that holds the loop does so each time.
  std::map<std::string_view, std::chrono::steady_clock::duration> least;
  for (int round = 0; round < 3; ++round) {
    std::map<std::string_view, std::chrono::steady_clock::duration> most;
    for (const auto& call : take_tour(subject).calls) {
      most[call.function] = std::max(most[call.function], call.time);
    }
    for (const auto& [function, time] : most) {
      const auto known = least.find(function);
      least[function] = known == least.end() ? time : std::min(known->second, time);
    }
  }
  auto verdict = success();
  for (const auto& [function, time] : least) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time);
    const auto message =
      fmt::format("{} holds the loop for {} ms: all other dialogues wait", function, ms.count());
    if (ms >= k_blocking_call) {
      return failure(message);
    }
    if (ms >= k_slow_call) {
      verdict = warning(message);
    }
  }
  return verdict;
}

Verdict no_network(Subject& subject)
{
  if (!subject.has_own_process) {
    return skipped("the network is taken away in a process of its own only");
  }
  if (const auto banned = ban_network(); !banned) {
    return skipped(banned.error().message);
  }
  take_tour(subject);
  return success();
}

Verdict prints_nothing(Subject& subject)
{
  if (!subject.has_own_process) {
    return skipped("output is only kept apart in a process of its own");
  }
  const auto size = [] {
    std::fflush(nullptr);
    struct ::stat status {
    };
    ::fstat(STDOUT_FILENO, &status);
    return status.st_size;
  };
  const auto before = size();
  take_tour(subject);
  return size() == before ? success() : failure("it printed something: use the host's limn.log/1");
}

constexpr std::array k_calls_tests{
  Test{"calls.no_exception", Scope::component, "rule 7", "No exception crosses the boundary.",
       no_exception},
  Test{"calls.one_report", Scope::component, "rule 6",
       "A call that fails reports one error of the same status; one that does not reports none.",
       one_report},
  Test{"calls.known_status", Scope::component, "rule 3; limn_status",
       "Every status is one of the contract's.", known_status},
  Test{"calls.well_formed", Scope::component, "limn_step_sink, limn_request, limn_result_sink",
       "Steps, requests, images and gateways are such as the host can use.", well_formed},
  Test{"calls.quick", Scope::component, "rule 7",
       "No call sleeps, waits or works long: one thread serves all dialogues.", quick},
  Test{"calls.no_network", Scope::component, "rule 7; providers and sources do no I/O",
       "It opens no network connection: TLS, proxies and time limits are the host's.", no_network},
  Test{"calls.prints_nothing", Scope::component, "limn.log/1",
       "Standard output belongs to the command's result.", prints_nothing},
};

} // namespace

std::span<const Test> call_tests()
{
  return k_calls_tests;
}

} // namespace limn::conformance
