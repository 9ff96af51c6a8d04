#include "job/gateway_listing.hpp"

#include "base/digest.hpp"
#include "base/utc_text.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

std::string key_text(const Gateway& gateway)
{
  return gateway.without_key ? "not needed" : fingerprint(gateway.key);
}

std::string sentence(const Fact& fact)
{
  const auto until = utc_text(fact.expires);
  switch (fact.kind) {
  case Fact::Kind::base_url:
    return fmt::format("answers at {}", fact.value);
  case Fact::Kind::model_listed:
    return fmt::format("lists {} as {}", fact.subject, fact.value);
  case Fact::Kind::no_list:
    return "has no list of models";
  case Fact::Kind::billing:
    return fmt::format("out of credit, asked last until {}", until);
  case Fact::Kind::endpoint_missing:
    return fmt::format("has no endpoint for {}", fact.subject);
  case Fact::Kind::size_refused:
    return fmt::format("refuses {} ({})", fact.value, fact.subject);
  case Fact::Kind::parameter_refused:
    return fmt::format("refuses the parameter {} ({})", fact.value, fact.subject);
  case Fact::Kind::images_per_minute:
    return fmt::format("takes {} images a minute", fact.value);
  case Fact::Kind::works:
    return fmt::format("delivered through {}", fact.subject);
  }
  return {};
}

} // namespace

void write_gateway(JsonWriter& json, const Gateway& gateway, const Learnt& learnt)
{
  json.member("name", gateway.name);
  json.member("base_url", gateway.base_url);
  json.key("origins");
  json.begin_array();
  for (const auto& origin : gateway.origins) {
    json.text(origin);
  }
  json.end_array();
  json.member("key", key_text(gateway));
  json.optional_member("problem", gateway.problem);
  json.key("learnt");
  json.begin_array();
  for (const auto& fact : learnt.facts(gateway, std::chrono::system_clock::now())) {
    json.begin_object();
    json.member("kind", to_string(fact.kind));
    json.optional_member("subject", fact.subject);
    json.optional_member("value", fact.value);
    json.member("until", utc_text(fact.expires));
    json.end_object();
  }
  json.end_array();
}

void write_check(JsonWriter& json, const ModelCheck& check)
{
  json.begin_object();
  json.member("state", state_name(check));
  json.optional_member("id", check.model);
  json.member("count", static_cast<std::int64_t>(check.count));
  json.key("likely");
  json.begin_array();
  for (const auto& id : check.likely) {
    json.text(id);
  }
  json.end_array();
  json.optional_member("message", check.failure ? std::string_view(check.failure->message)
                                                : std::string_view());
  json.optional_member("hint",
                       check.failure ? std::string_view(check.failure->hint) : std::string_view());
  json.member("http_status", static_cast<std::int64_t>(check.http_status));
  json.member("elapsed_ms", static_cast<std::int64_t>(check.elapsed.count()));
  json.end_object();
}

std::vector<std::string> gateway_lines(const Gateway& gateway, const Learnt& learnt)
{
  std::vector<std::string> lines{fmt::format("{}  {}", gateway.name, gateway.base_url)};
  for (const auto& origin : gateway.origins) {
    lines.push_back("  from  " + origin);
  }
  if (gateway.usable()) {
    lines.push_back("  key   " + key_text(gateway));
  } else {
    lines.push_back("  cannot be used: " + gateway.problem);
  }
  for (const auto& fact : learnt.facts(gateway, std::chrono::system_clock::now())) {
    lines.push_back("  learnt: " + sentence(fact));
  }
  return lines;
}

std::string check_line(const ModelCheck& check, const std::vector<std::string>& wanted)
{
  switch (check.state) {
  case ModelCheck::State::listed:
    return fmt::format("listed as {} (one of {} model{})", check.model, check.count,
                       check.count == 1 ? "" : "s");
  case ModelCheck::State::not_listed:
    return not_listed_text(check, wanted);
  case ModelCheck::State::no_list:
    return check.takes_key ? fmt::format("it {}", no_list_text(check))
                           : "no list of models; a generation may work all the same";
  case ModelCheck::State::failed:
    break;
  }
  const auto failure = check.failure.value_or(Failure());
  return fmt::format("{}: {}{}", state_name(check), failure.message,
                     failure.hint.empty() ? "" : fmt::format(" ({})", failure.hint));
}

} // namespace limn
