#include "settings/failures.hpp"

#include "base/nearest.hpp"

#include <array>
#include <utility>

namespace limn {

namespace {

constexpr std::array<std::string_view, 20> k_classes{
  "content",     "billing",      "auth",
  "access",      "model",        "endpoint",
  "size",        "parameter",    "invalid_request",
  "unclear",     "rate_limited", "server",
  "unreachable", "tls",          "outcome_unknown",
  "no_image",    "bad_image",    "cancelled",
  "not_saved",   "internal"};

// Those that an answer can tell; the others are seen from the outside.
constexpr std::array<std::string_view, 13> k_told_classes{
  "content",   "billing",         "auth",         "access", "model",           "endpoint", "size",
  "parameter", "invalid_request", "rate_limited", "server", "outcome_unknown", "no_image"};

constexpr std::array<std::string_view, 5> k_steps{"next_size", "next_provider", "next_gateway",
                                                  "retry", "stop"};

constexpr std::array<std::pair<std::string_view, FailureWord::Where>, 3> k_places{{
  {"codes", FailureWord::Where::code},
  {"types", FailureWord::Where::type},
  {"words", FailureWord::Where::message},
}};

bool may_pay_twice(FailureClass failure_class)
{
  return failure_class == FailureClass::outcome_unknown || failure_class == FailureClass::no_image
         || failure_class == FailureClass::bad_image;
}

bool always_stops(FailureClass failure_class)
{
  return failure_class == FailureClass::cancelled || failure_class == FailureClass::not_saved
         || failure_class == FailureClass::internal;
}

Done read_words_of_class(const Value& value, FailureClass failure_class, Settings& settings)
{
  constexpr std::array<std::string_view, 3> k_names{"codes", "types", "words"};
  return read_map(value, "a map, such as {codes: [out_of_credit], words: [top up]}", k_names,
                  [&](std::string_view name, const Value& list) -> Done {
                    if (list.node->kind != YamlNode::Kind::list) { // a message may hold commas
                      return list.expected("a list of texts, such as [out_of_credit]");
                    }
                    LIMN_TRY_ASSIGN(const auto texts,
                                    read_list(
                                      list, "a list of texts, such as [out_of_credit]",
                                      [](const Value& item) { return read_text(item, "text"); },
                                      Empty::allowed));
                    for (const auto& [place, where] : k_places) {
                      for (std::size_t i = 0; place == name && i < texts.size(); ++i) {
                        settings.failure_words.push_back({where, texts[i], failure_class, 0});
                      }
                    }
                    settings.origins[list.key] = list.origin();
                    return {};
                  });
}

} // namespace

std::span<const std::string_view> classes_with_next_step()
{
  return k_classes;
}

Done read_next_step(const Value& value, FailureClass failure_class, Settings& settings)
{
  constexpr std::string_view k_wanted = "next_size, next_provider, next_gateway, retry or stop";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  const auto step = next_step_from(text);
  if (!step) {
    const auto near = nearest(text, k_steps);
    return near ? value.failure("unknown step" + did_you_mean(text, k_steps))
                : value.expected(k_wanted);
  }
  if (failure_class == FailureClass::content && *step != NextStep::stop) {
    return value.failure("only stop is possible: a refusal is never taken to another gateway");
  }
  if (always_stops(failure_class) && *step != NextStep::stop) {
    return value.failure("only stop is possible");
  }
  settings.fallback[failure_class] = *step;
  settings.origins[value.key] = value.origin();
  return {};
}

Done check_next_steps(const Value& fallback, const Settings& settings)
{
  for (const auto& entry : fallback.node->entries) {
    const auto failure_class = failure_class_from(entry.key->text);
    const auto step =
      failure_class ? settings.fallback.find(*failure_class) : settings.fallback.end();
    if (step == settings.fallback.end() || step->second == NextStep::stop
        || !may_pay_twice(*failure_class) || settings.allow_duplicate_charge) {
      continue;
    }
    return fallback.entry(entry).failure("the image could be paid for twice: say stop here, or "
                                         "fallback.allow_duplicate_charge: true in "
                                         "the same file");
  }
  return {};
}

void drop_forbidden_steps(Settings& settings, std::vector<std::string>& warnings)
{
  if (settings.allow_duplicate_charge) {
    return;
  }
  for (auto step = settings.fallback.begin(); step != settings.fallback.end();) {
    if (may_pay_twice(step->first) && step->second != NextStep::stop) {
      const auto key = "fallback." + std::string(to_string(step->first));
      const auto forbidden_by = settings.origins["fallback.allow_duplicate_charge"];
      warnings.push_back(settings.origins[key] + ": " + key + " is left out, since " + forbidden_by
                         + " forbids a possible second charge");
      settings.origins.erase(key);
      step = settings.fallback.erase(step);
    } else {
      ++step;
    }
  }
}

Done read_failure_words(const Value& value, Settings& settings)
{
  return read_map(value, "a map from failure classes, such as {billing: {codes: [out_of_credit]}}",
                  k_told_classes, [&](std::string_view name, const Value& words) {
                    return read_words_of_class(words, *failure_class_from(name), settings);
                  });
}

} // namespace limn
