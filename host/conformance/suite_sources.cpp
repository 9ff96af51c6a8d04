#include "conformance/suite.hpp"
#include "conformance/trial.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace limn::conformance {

namespace {

struct Collected {
  std::vector<Gateway> gateways;
  std::optional<Failure> failure;
  std::string log;
  std::optional<Verdict> obstacle;
};

Collected collect(Subject& subject, HostWishes wishes = {})
{
  FalseHost host(std::move(wishes));
  Relay relay(subject.component(), subject.notebook);
  auto source = relay.source(host.host());
  if (!source) {
    return {{},
            {},
            {},
            relay.breach().empty()
              ? skipped(fmt::format("no instance could be made: {}", describe(source.error())))
              : skipped_for_breach(relay.breach())};
  }
  auto found = (*source)->collect();
  Collected collected{std::move(found.gateways), std::move(found.failure), host.log(), {}};
  if (const auto breach = (*source)->breach(); !breach.empty()) {
    collected.obstacle = skipped_for_breach(breach);
  }
  return collected;
}

Verdict not_planted()
{
  return skipped("gateways are planted for a process of its own only");
}

std::string told_of(const Gateway& gateway)
{
  std::string told = gateway.name + '\n' + gateway.base_url + '\n' + gateway.problem;
  for (const auto& origin : gateway.origins) {
    told += '\n' + origin;
  }
  return told;
}

Verdict same_twice(Subject& subject)
{
  const auto first = collect(subject);
  const auto second = collect(subject);
  if (first.obstacle) {
    return *first.obstacle;
  }
  bool is_same = first.gateways.size() == second.gateways.size();
  for (std::size_t i = 0; is_same && i < first.gateways.size(); ++i) {
    is_same = told_of(first.gateways[i]) == told_of(second.gateways[i]);
  }
  return is_same ? success() : failure("it found other gateways when it was asked again");
}

Verdict collects_again(Subject& subject)
{
  FalseHost host;
  Relay relay(subject.component(), subject.notebook);
  auto source = relay.source(host.host());
  if (!source) {
    return skipped(fmt::format("no instance could be made: {}", describe(source.error())));
  }
  const auto first = (*source)->collect().gateways.size();
  const auto second = (*source)->collect().gateways.size();
  if (!(*source)->breach().empty()) {
    return skipped_for_breach((*source)->breach());
  }
  return first == second
           ? success()
           : failure(fmt::format("one instance found {} gateways, and then {}", first, second));
}

Verdict keys_stay_keys(Subject& subject)
{
  if (!subject.has_own_process) {
    return not_planted();
  }
  const auto collected = collect(subject);
  if (collected.obstacle) {
    return *collected.obstacle;
  }
  for (const auto& gateway : collected.gateways) {
    if (told_of(gateway).find(k_canary) != std::string::npos) {
      return failure("a key stands in a gateway's name, URL, origin or problem: those are shown");
    }
  }
  const auto& failed = collected.failure;
  if (failed && (failed->message + failed->hint).find(k_canary) != std::string::npos) {
    return failure("a key stands in an error message");
  }
  if (collected.log.find(k_canary) != std::string::npos) {
    return failure("a key stands in a log line");
  }
  return success();
}

// The planted gateways: `planted.cpp` gives the N-th URL the key that ends in N.
Verdict pairs(Subject& subject)
{
  if (!subject.has_own_process) {
    return not_planted();
  }
  const auto collected = collect(subject);
  if (collected.obstacle) {
    return *collected.obstacle;
  }
  for (const auto& gateway : collected.gateways) {
    for (int number = 1; number <= 4; ++number) {
      const auto is_of = gateway.base_url.find(fmt::format("planted-{}.example", number));
      const auto key = fmt::format("{}-{}", k_canary, number);
      const auto shown = gateway.key.reveal();
      if (is_of != std::string::npos && !shown.empty() && shown != key) {
        return failure(
          fmt::format("the gateway of {} got a key of another scope", gateway.base_url));
      }
    }
  }
  return success();
}

struct Counter {
  int added = 0;
  static std::int32_t add(void* context, const limn_found_gateway*)
  {
    ++static_cast<Counter*>(context)->added;
    return 1;
  }
};

Verdict stops(Subject& subject)
{
  if (const auto collected = collect(subject); collected.obstacle) {
    return *collected.obstacle;
  } else if (collected.gateways.size() < 2) {
    return skipped("it finds fewer than two gateways here");
  }
  FalseHost host;
  const auto& component = subject.component();
  const auto& functions = *static_cast<const limn_config_source_v1*>(component.functions);
  const limn_settings none{sizeof(limn_settings), 0, nullptr, 0};
  const limn_error_sink errors{sizeof(limn_error_sink), 0, nullptr,
                               [](void*, const limn_error*) {}};
  void* instance = nullptr;
  component.create(host.host(), &none, &instance, &errors);
  Counter counter;
  const limn_gateway_sink sink{sizeof(limn_gateway_sink), 0, &counter, Counter::add};
  const limn_query query{sizeof(limn_query), 0, {}};
  subject.notebook.enter("collect");
  const auto status = functions.collect(instance, &query, &sink, &errors);
  subject.notebook.leave();
  component.destroy(instance);
  if (counter.added > 1) {
    return failure(fmt::format("it added {} gateways, though the first was enough", counter.added));
  }
  return status == LIMN_OK ? success()
                           : failure("told to stop, it returned another status than LIMN_OK");
}

// Whatever files hold: an error is right, and so is finding nothing.
Verdict with_files(Subject& subject, HostWishes wishes)
{
  const auto collected = collect(subject, std::move(wishes));
  return collected.obstacle ? *collected.obstacle : success();
}

Verdict unreadable_files(Subject& subject)
{
  HostWishes wishes;
  wishes.files = HostWishes::Files::unreadable;
  return with_files(subject, wishes);
}

Verdict broken_files(Subject& subject)
{
  std::string noise;
  for (int i = 0; i < 4096; ++i) {
    noise.push_back(static_cast<char>(i * 131 % 256));
  }
  for (const auto& content :
       {std::string(), std::string("{"), std::string("a: [1, 2"), std::string("\"never closed"),
        std::string("a: &a [*a, *a]\nb: *c\n"), std::string(20'000, '['), std::string(20'000, '{'),
        std::string("- - - - - - -"), std::string("\xff\xfe{\0}\0", 6),
        std::string("model: 7\nproviders: x\n"), noise}) {
    HostWishes wishes;
    wishes.files = HostWishes::Files::replaced;
    wishes.file_content = content;
    if (auto verdict = with_files(subject, wishes); verdict.status != Status::success) {
      return verdict;
    }
  }
  return success();
}

Verdict large_files(Subject& subject)
{
  HostWishes wishes;
  wishes.files = HostWishes::Files::replaced;
  while (wishes.file_content.size() < 1024 * 1024) {
    wishes.file_content += "# a comment that says nothing at all\n";
  }
  return with_files(subject, wishes);
}

Verdict nothing_to_find(Subject& subject)
{
  if (!subject.has_own_process) {
    return not_planted();
  }
  ::clearenv();
  ::setenv("HOME", "/nonexistent", 1);
  const auto collected = collect(subject);
  if (collected.obstacle) {
    return *collected.obstacle;
  }
  return collected.failure ? failure(fmt::format("on a machine without any settings it failed: {}",
                                                 describe(*collected.failure)))
                           : success();
}

constexpr std::array k_sources_tests{
  Test{"source.same_twice", Scope::source, "collect", "Two instances find the same.", same_twice},
  Test{"source.collects_again", Scope::source, "collect",
       "An instance that is asked again finds the same.", collects_again},
  Test{"source.keys_stay_keys", Scope::source, "limn_found_gateway.api_key",
       "A key stands in no text that is shown.", keys_stay_keys},
  Test{"source.pairs", Scope::source, "limn_found_gateway: URL and key of the same scope",
       "A key never goes to another URL than the one it was found with.", pairs},
  Test{"source.stops", Scope::source, "limn_gateway_sink.add",
       "It stops when the host wants no more.", stops},
  Test{"source.unreadable_files", Scope::source, "limn_files_v1",
       "Files that cannot be read are an error at most.", unreadable_files},
  Test{"source.broken_files", Scope::source, "limn_files_v1",
       "Files that are cut, hostile or noise are an error at most.", broken_files},
  Test{"source.large_files", Scope::source, "rule 7; limn_files_v1",
       "A file of a megabyte is read or refused in time.", large_files},
  Test{"source.nothing_to_find", Scope::source, "collect: none is no error",
       "A machine without settings is no failure.", nothing_to_find},
};

} // namespace

std::span<const Test> source_tests()
{
  return k_sources_tests;
}

} // namespace limn::conformance
