#include "conformance/suite.hpp"
#include "conformance/trial.hpp"
#include "failure/classify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace limn::conformance {

namespace {

// What the host's own classifier says of it; a success without an image is no_image.
FailureClass class_of(const Reply& reply)
{
  const auto told =
    classify({reply.status, &reply.headers, reply.body}, {}, std::chrono::system_clock::now());
  if (told && told->failure_class == FailureClass::unclear) {
    return FailureClass::invalid_request; // which is all that a plugin can say
  }
  return told ? told->failure_class : FailureClass::no_image;
}

// A gateway that answers the request that draws with `reply`: what does the provider make of it?
Verdict judge(Subject& subject, const Reply& reply)
{
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  const auto conversation = trial.talk(bad_gatekeeper(reply));
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  const bool was_asked = std::ranges::any_of(conversation->requests(),
                                             [](const auto& request) { return request.billable; });
  if (!was_asked) {
    return skipped("it sent no billable request");
  }
  if (!conversation->images().empty()) {
    return failure("it found an image in an answer that has none");
  }
  const auto expected = class_of(reply);
  if (!conversation->failure()) {
    if (conversation->has_finished()) {
      return warning(
        fmt::format("it said nothing of it: the host has to guess ({})", to_string(expected)));
    }
    return failure("it came to no end");
  }
  const auto said = conversation->failure()->failure_class;
  if (said == expected || (reply.status < 300 && ends_the_job(said))) {
    return success();
  }
  const auto message = fmt::format("it said {}, where the host's classifier says {}",
                                   describe(*conversation->failure()), to_string(expected));
  if (ends_the_job(expected) && !ends_the_job(said)) {
    return failure(message + ": the host would ask, and pay, again");
  }
  return warning(message);
}

template <std::size_t Index>
Verdict refused(Subject& subject)
{
  const auto& refusal = refusals()[Index];
  const bool is_page = refusal.body.starts_with('<');
  return judge(subject, {refusal.status, std::string(refusal.body),
                         is_page ? "text/html" : "application/json"});
}

Verdict error_in_success(Subject& subject)
{
  return judge(subject, {200, std::string(refusals().front().body)});
}

Verdict web_page(Subject& subject)
{
  return judge(subject, {200,
                         "<!doctype html><html><head><title>Welcome</title></head>"
                         "<body>It works.</body></html>",
                         "text/html"});
}

Verdict bad_gateway(Subject& subject)
{
  return judge(subject,
               {502, "<html><head><title>502 Bad Gateway</title></head></html>", "text/html"});
}

Verdict cut_json(Subject& subject)
{
  const auto known = known_shape(subject);
  const auto& shape = known.shape ? *known.shape : shapes().front();
  constexpr std::string_view k_picture = "ABC";
  ProviderRequest request;
  request.billable = true;
  auto reply = shape.answer(request, 0, k_picture);
  const auto place = reply.body.find(shape.written(k_picture)); // what comes behind it may be long
  reply.body.resize(std::min(reply.body.size() / 3, place));
  return judge(subject, reply);
}

Verdict empty_list(Subject& subject)
{
  return judge(subject,
               {200, R"({"created":1,"data":[],"output":[],"choices":[],"candidates":[]})"});
}

Verdict empty_body(Subject& subject)
{
  return judge(subject, {200, ""});
}

Verdict only_done(Subject& subject)
{
  return judge(subject, {200, "data: [DONE]\n\n", "text/event-stream"});
}

Verdict odd_types(Subject& subject)
{
  for (
    const auto* body :
    {"null", "true", "7", "[]", "[[[[]]]]", "\"text\"", "{}",
     R"({"data":7,"output":"x","choices":{"a":1},"candidates":null,"id":[],"status":{},"error":null})",
     R"({"data":[null,7,"x",[],{"b64_json":null},{"b64_json":7},{"url":{}}]})",
     R"({"output":[null,7,{"type":7},{"type":"image_generation_call","result":null}]})",
     R"({"choices":[null,{"message":null},{"message":{"content":[7,null,{"type":"text"}]}}]})"}) {
    auto verdict = judge(subject, {200, body});
    if (verdict.status == Status::failure) {
      return failure(fmt::format("{} (the answer was {})", verdict.message, body));
    }
    if (verdict.status == Status::skipped) {
      return verdict;
    }
  }
  return success();
}

Verdict keeps_secrets(Subject& subject)
{
  const auto known = known_shape(subject);
  const auto secret = std::string(k_canary) + "-kept";
  const Pairs headers{{"set-cookie", "session=" + secret}, {"x-acme-token", secret}};
  std::vector<Gatekeeper> gatekeepers{
    bad_gatekeeper({500, R"({"error":{"message":"no"}})", "application/json", headers}),
    bad_gatekeeper({200, "{}", "application/json", headers})};
  if (known.shape) {
    gatekeepers.emplace_back(
      [good = good_gatekeeper(*known.shape), headers](const auto& request, int i) {
        auto reply = good(request, i);
        reply.headers = headers;
        return reply;
      });
  }
  for (const auto& gatekeeper : gatekeepers) {
    Trial trial(subject);
    if (auto obstacle = trial.obstacle()) {
      return *obstacle;
    }
    trial.settings = {{"acme_token_7", secret}};
    const auto conversation = trial.talk(gatekeeper);
    const auto found_in = [&](std::string_view where,
                              std::string_view text) -> std::optional<Verdict> {
      if (text.find(k_canary) == std::string_view::npos) {
        return std::nullopt;
      }
      return failure(fmt::format("{} shows a secret that stood in the gateway's settings or in the "
                                 "answer's headers",
                                 where));
    };
    std::string told;
    if (const auto& failed = conversation->failure()) {
      told = failed->message + failed->hint + failed->code + failed->param;
    }
    if (auto verdict = found_in("an error", told)) {
      return *verdict;
    }
    for (const auto& note : conversation->notes()) {
      if (auto verdict = found_in("a note", note)) {
        return *verdict;
      }
    }
    if (auto verdict = found_in("a log line", trial.host().log())) {
      return *verdict;
    }
    for (const auto& request : conversation->requests()) {
      if (auto verdict = found_in("a request's path", request.path)) {
        return *verdict;
      }
    }
  }
  return success();
}

constexpr std::string_view k_class = "limn_status: the plugin classifies";

constexpr std::array k_answers_tests{
  Test{"provider.class_content", Scope::provider, k_class,
       "A refusal for what the picture would show ends the job.", refused<0>},
  Test{"provider.class_billing", Scope::provider, k_class,
       "A gateway without credit is told from one that is busy.", refused<1>},
  Test{"provider.class_auth", Scope::provider, k_class, "A wrong key is called that.", refused<2>},
  Test{"provider.class_model", Scope::provider, k_class,
       "A missing model is told from a missing path.", refused<3>},
  Test{"provider.class_rate_limited", Scope::provider, k_class,
       "A busy gateway is told from one without credit.", refused<4>},
  Test{"provider.class_parameter", Scope::provider, k_class,
       "A refused parameter is named: the host asks again without it.", refused<5>},
  Test{"provider.class_server", Scope::provider, k_class,
       "A gateway that failed at once may be asked again.", refused<6>},
  Test{"provider.class_access", Scope::provider, k_class,
       "A good key that may not do this is told from a wrong one.", refused<8>},
  Test{"provider.class_endpoint", Scope::provider, k_class,
       "A path that is not there is left to the next provider.", refused<9>},
  Test{"provider.class_size", Scope::provider, k_class,
       "A refused size is named: the host asks for a smaller one.", refused<10>},
  Test{"provider.class_invalid_request", Scope::provider, k_class,
       "What lies in the request is asked of nobody else.", refused<11>},
  Test{"provider.class_lost", Scope::provider, "LIMN_OUTCOME_UNKNOWN",
       "An answer that was lost on its way may have been charged: nobody asks again.", refused<7>},
  Test{"provider.error_in_success", Scope::provider, "limn_classify_v1",
       "A 200 that holds an error is a failure.", error_in_success},
  Test{"provider.web_page", Scope::provider, "LIMN_NO_IMAGE", "A web page is no image.", web_page},
  Test{"provider.bad_gateway", Scope::provider, "LIMN_OUTCOME_UNKNOWN",
       "A proxy's error page does not say that nothing was drawn.", bad_gateway},
  Test{"provider.cut_json", Scope::provider, "LIMN_OUTCOME_UNKNOWN",
       "Half an answer with a 200 is not asked for again.", cut_json},
  Test{"provider.empty_list", Scope::provider, "LIMN_NO_IMAGE",
       "A list without an image is a success without an image.", empty_list},
  Test{"provider.empty_body", Scope::provider, "LIMN_EVENT_END",
       "An answer without any message comes to its end.", empty_body},
  Test{"provider.only_done", Scope::provider, "LIMN_EVENT_MESSAGE",
       "A stream that only says that it is over comes to its end.", only_done},
  Test{"provider.odd_types", Scope::provider, "LIMN_FORMAT_JSON",
       "Members of other types than expected do no harm.", odd_types},
  Test{"provider.keeps_secrets", Scope::provider, "limn_gateway.settings, limn_event.headers",
       "Secrets of settings and headers appear in no message.", keeps_secrets},
};

} // namespace

std::span<const Test> answer_tests()
{
  return k_answers_tests;
}

} // namespace limn::conformance
