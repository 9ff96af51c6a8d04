#include "base/json.hpp"
#include "conformance/suite.hpp"
#include "conformance/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace limn::conformance {

namespace {

using Json = rapidjson::Value;

// What a provider asks for a job, answered as it likes it best.
struct Asked {
  std::vector<ProviderRequest> requests;
  std::optional<Failure> failure;
  std::optional<Verdict> obstacle;
};

Asked ask(Subject& subject, const Job& job, std::span<const std::string> dropped = {})
{
  const auto known = known_shape(subject);
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return {{}, {}, obstacle};
  }
  const auto& shape = known.shape ? *known.shape : shapes().front();
  const auto conversation = trial.talk(good_gatekeeper(shape), job, dropped);
  if (const auto breach = trial.breach(); !breach.empty()) {
    return {{}, {}, skipped_for_breach(breach)};
  }
  Asked asked{conversation->requests(), conversation->failure(), {}};
  if (asked.requests.empty() && !asked.failure) {
    asked.obstacle = skipped("it asked for nothing");
  }
  return asked;
}

// Why there is no request to look at.
Verdict nothing_asked(const Asked& asked)
{
  if (asked.obstacle) {
    return *asked.obstacle;
  }
  return skipped(asked.failure ? fmt::format("it refused the job: {}", describe(*asked.failure))
                               : "it asked for nothing");
}

// The requests' bodies that are JSON.
std::vector<rapidjson::Document> bodies(const std::vector<ProviderRequest>& requests)
{
  std::vector<rapidjson::Document> all;
  for (const auto& request : requests) {
    if (auto body = parse_json(body_of(request)); !request.multipart && body) {
      all.push_back(std::move(*body));
    }
  }
  return all;
}

template <typename Visit>
void walk(const Json& value, const Visit& visit)
{
  if (value.IsObject()) {
    for (const auto& item : value.GetObject()) {
      visit(std::string_view(item.name.GetString(), item.name.GetStringLength()), item.value);
      walk(item.value, visit);
    }
  } else if (value.IsArray()) {
    for (const auto& item : value.GetArray()) {
      visit({}, item);
      walk(item, visit);
    }
  }
}

bool says(const std::vector<ProviderRequest>& requests, std::string_view text)
{
  bool found = false;
  for (const auto& body : bodies(requests)) {
    walk(body, [&](std::string_view, const Json& value) {
      found = found
              || (value.IsString()
                  && std::string_view(value.GetString(), value.GetStringLength()).find(text)
                       != std::string_view::npos);
    });
  }
  for (const auto& request : requests) {
    for (const auto& part : request.parts) {
      found = found || (request.multipart && part.text.find(text) != std::string_view::npos);
    }
  }
  return found;
}

// The names of all members and fields that are sent as a parameter of the picture is: what is on or
// off only shares the name (the Responses API has another "background").
std::set<std::string> names_in(const std::vector<ProviderRequest>& requests)
{
  std::set<std::string> names;
  for (const auto& body : bodies(requests)) {
    walk(body, [&](std::string_view name, const Json& value) {
      if (!value.IsBool()) {
        names.emplace(name);
      }
    });
  }
  for (const auto& request : requests) {
    for (const auto& part : request.parts) {
      names.insert(part.name);
    }
  }
  return names;
}

Verdict capabilities(Subject& subject)
{
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  const auto can = trial.provider()->capabilities();
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  if ((can.flags & (LIMN_CAN_GENERATE | LIMN_CAN_EDIT)) == 0) {
    return failure("it can neither generate nor edit: the host never asks it");
  }
  if ((can.flags & LIMN_CAN_MASK) != 0 && (can.flags & LIMN_CAN_EDIT) == 0) {
    return failure("it takes a mask, but no image that the mask could lie on");
  }
  return success();
}

Verdict request(Subject& subject)
{
  const auto asked = ask(subject, Trial::plain_job());
  if (asked.obstacle || asked.requests.empty()) {
    return nothing_asked(asked);
  }
  for (const auto& request : asked.requests) {
    if (request.path.find("/../") != std::string::npos || request.path.starts_with("//")
        || request.path.find("://") < request.path.find('?')) {
      return failure(fmt::format("the path {} leaves the gateway's base URL", request.path));
    }
    const bool may_draw = request.method == "POST" || request.method == "PUT";
    if (request.billable && !may_draw) {
      return failure(fmt::format("{} {} is marked as billable", request.method, request.path));
    }
    const bool has_type = std::ranges::any_of(request.headers, [](const auto& header) {
      return header.first.size() == 12 && (header.first[0] | 0x20) == 'c';
    });
    if (!request.multipart && !request.parts.empty() && !has_type) {
      return warning(
        fmt::format("{} {} has a body, but no Content-Type", request.method, request.path));
    }
  }
  return success();
}

Verdict billable(Subject& subject)
{
  const auto asked = ask(subject, Trial::plain_job());
  if (asked.obstacle || asked.requests.empty()) {
    return nothing_asked(asked);
  }
  const auto is_billable = [](const ProviderRequest& request) { return request.billable; };
  if (std::ranges::none_of(asked.requests, is_billable)) {
    return failure("no request is marked as billable: one whose answer is lost would be sent again "
                   "and charged twice");
  }
  const auto count = std::ranges::count_if(asked.requests, is_billable);
  return count == 1 ? success()
                    : failure(fmt::format("it sends {} billable requests for one image", count));
}

Verdict prompt(Subject& subject)
{
  std::string large;
  while (large.size() < 64 * 1024) {
    large += "a field of poppies, ";
  }
  const std::vector<std::pair<std::string_view, std::string>> prompts{
    {"quotes and backslashes", R"(a "sign" that says C:\new\table, 'so')"},
    {"line breaks and tabs", "first line\nsecond\tline\r\nthird"},
    {"control characters", std::string("bell \x07 escape \x1b zero ") + '\0' + " delete \x7f"},
    {"letters of many scripts", "grüße aus 東京 — שלום 🎨👩‍🚀 \u202e"},
    {"64 KiB", large},
    {"markup and JSON", R"(</script>{"prompt":"x"}, ${HOME} %s %n &amp; %41)"}};
  if (const auto plain = ask(subject, Trial::plain_job()); plain.requests.empty()) {
    return nothing_asked(plain);
  }
  for (const auto& [what, text] : prompts) {
    auto job = Trial::plain_job();
    job.prompt = text;
    const auto asked = ask(subject, job);
    if (asked.obstacle) {
      return *asked.obstacle;
    }
    if (asked.requests.empty()) {
      return failure(
        fmt::format("a prompt with {} was refused: {}", what, describe(*asked.failure)));
    }
    if (!says(asked.requests, text)) {
      return failure(fmt::format("a prompt with {} does not arrive in the body as it was given{}",
                                 what, bodies(asked.requests).empty() ? ": it is no JSON" : ""));
    }
  }
  return success();
}

constexpr std::array<std::string_view, 7> k_parameters{
  "size", "quality", "background", "output_format", "moderation", "output_compression", "n"};

// In a body that has a place for it, an empty parameter is worse than none.
Verdict absent_parameters(Subject& subject)
{
  Job job;
  job.prompt = "a small lighthouse at dusk";
  const auto asked = ask(subject, job);
  if (asked.obstacle || asked.requests.empty()) {
    return nothing_asked(asked);
  }
  std::string found;
  for (const auto& body : bodies(asked.requests)) {
    walk(body, [&](std::string_view name, const Json& value) {
      const bool is_known = std::ranges::find(k_parameters, name) != k_parameters.end();
      const bool is_empty = value.IsNull() || (value.IsString() && value.GetStringLength() == 0)
                            || (value.IsInt() && value.GetInt() < 0);
      if (is_known && is_empty) {
        found = name;
      }
    });
  }
  for (const auto& part : asked.requests.front().parts) {
    const bool is_known = std::ranges::find(k_parameters, part.name) != k_parameters.end();
    found = is_known && part.text.empty() ? part.name : found;
  }
  return found.empty() ? success()
                       : failure(fmt::format("\"{}\" was not asked for and is sent empty: gateways "
                                             "refuse that",
                                             found));
}

Verdict dropped_parameters(Subject& subject)
{
  auto job = Trial::plain_job();
  job.quality = "high";
  job.background = "opaque";
  job.output_format = "png";
  job.moderation = "low";
  job.output_compression = 80;
  const auto before = ask(subject, job);
  if (before.obstacle || before.requests.empty()) {
    return nothing_asked(before);
  }
  std::vector<std::string> dropped(k_parameters.begin(), k_parameters.end());
  const auto after = ask(subject, job, dropped);
  if (after.requests.empty()) {
    return success(); // it cannot do without: it says so
  }
  for (const auto& name : names_in(after.requests)) {
    if (std::ranges::find(dropped, name) != dropped.end()) {
      return failure(fmt::format("\"{}\" is sent, though limn_job.dropped names it", name));
    }
  }
  return success();
}

Verdict unusual_jobs(Subject& subject)
{
  for (const int count : {2, 10, 100}) {
    auto job = Trial::plain_job();
    job.count = count;
    job.size = "auto";
    job.quality = "a quality of tomorrow";
    job.output_format = "avif";
    const auto asked = ask(subject, job);
    if (asked.obstacle) {
      return *asked.obstacle;
    }
  }
  return success();
}

Verdict inputs(Subject& subject)
{
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  const auto can = trial.provider()->capabilities();
  if ((can.flags & LIMN_CAN_EDIT) == 0) {
    return skipped("it takes no images to work from");
  }
  auto job = Trial::plain_job();
  job.inputs = {{Input::Role::image, "/pictures/a \"b\".png", "image/png", 1000, {64, 64}},
                {Input::Role::image, "/pictures/c.jpg", "image/jpeg", 2000, {64, 64}}};
  if ((can.flags & LIMN_CAN_MASK) != 0) {
    job.inputs.push_back({Input::Role::mask, "/pictures/mask.png", "image/png", 500, {64, 64}});
  }
  const auto asked = ask(subject, job);
  if (asked.obstacle || asked.requests.empty()) {
    return nothing_asked(asked);
  }
  std::set<std::size_t> used;
  for (const auto& request : asked.requests) {
    for (const auto& part : request.parts) {
      if (part.kind == LIMN_PART_TEXT) {
        continue;
      }
      if (part.input >= job.inputs.size()) {
        return failure(fmt::format("a part refers to input {}, and there are {}", part.input,
                                   job.inputs.size()));
      }
      used.insert(part.input);
    }
  }
  return used.size() == job.inputs.size()
           ? success()
           : failure(fmt::format("of {} inputs only {} are sent", job.inputs.size(), used.size()));
}

Verdict terms(Subject& subject)
{
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  if (!trial.relay().has_terms()) {
    return skipped("gateways are asked as OpenAI is");
  }
  const auto first = terms_of(*trial.provider(), {});
  const auto second = terms_of(*trial.provider(), {});
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  if (!first || !second) {
    return failure(fmt::format("a gateway without settings was refused: {}",
                               describe(first ? second.error() : first.error())));
  }
  return *first == *second ? success() : failure("the same gateway has other terms each time");
}

constexpr std::array k_requests_tests{
  Test{"provider.capabilities", Scope::provider, "describe",
       "It says what it can do, and that makes sense.", capabilities},
  Test{"provider.request", Scope::provider, "limn_request",
       "Requests stay below the base URL, say what their body is, and reading is not billable.",
       request},
  Test{"provider.billable", Scope::provider, "LIMN_REQUEST_BILLABLE",
       "The request that draws is marked: the host never sends it twice. One image takes one.",
       billable},
  Test{"provider.prompt", Scope::provider, "limn_job.prompt; rule 9",
       "Any prompt arrives unchanged in a well-formed body.", prompt},
  Test{"provider.absent_parameters", Scope::provider, "limn_job: empty means \"do not send it\"",
       "What was not asked for is not sent, not even empty.", absent_parameters},
  Test{"provider.dropped_parameters", Scope::provider, "limn_job.dropped",
       "What the gateway refused is left out of the next request.", dropped_parameters},
  Test{"provider.unusual_jobs", Scope::provider, "limn_job; LIMN_UNSUPPORTED",
       "More images than it can ask for, and words that it does not know, do no harm.",
       unusual_jobs},
  Test{"provider.inputs", Scope::provider, "limn_part.input",
       "Each image of the user's is sent, and no other is meant.", inputs},
  Test{"provider.terms", Scope::provider, "limn_terms",
       "How a gateway is asked makes sense, and is told the same each time.", terms},
};

} // namespace

std::span<const Test> request_tests()
{
  return k_requests_tests;
}

} // namespace limn::conformance
