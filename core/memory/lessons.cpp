#include "memory/lessons.hpp"

#include <charconv>
#include <string>
#include <utility>

namespace limn {

namespace {

using std::chrono::hours;

constexpr std::chrono::seconds k_list_is_good_for = hours(24);
constexpr std::chrono::seconds k_rate_is_good_for = hours(24);
constexpr std::chrono::seconds k_refusal_is_good_for = hours(24 * 7);

Fact::Time now()
{
  return std::chrono::system_clock::now();
}

} // namespace

std::optional<std::string> Lessons::listed_as(const Gateway& gateway, std::string_view model) const
{
  return m_learnt.value(gateway, Fact::Kind::model_listed, model, now());
}

bool Lessons::has_no_list(const Gateway& gateway) const
{
  return m_learnt.has(gateway, Fact::Kind::no_list, "", "", now());
}

bool Lessons::refused_size(const Gateway& gateway, std::string_view provider,
                           std::string_view size) const
{
  return m_learnt.has(gateway, Fact::Kind::size_refused, provider, size, now());
}

std::vector<std::string> Lessons::refused_parameters(const Gateway& gateway,
                                                     std::string_view provider) const
{
  std::vector<std::string> parameters;
  for (auto& fact : m_learnt.facts(gateway, now())) {
    if (fact.kind == Fact::Kind::parameter_refused && fact.subject == provider) {
      parameters.push_back(std::move(fact.value));
    }
  }
  return parameters;
}

std::optional<int> Lessons::images_per_minute(const Gateway& gateway) const
{
  const auto told = m_learnt.value(gateway, Fact::Kind::images_per_minute, "", now());
  int number = 0;
  if (!told || std::from_chars(told->data(), told->data() + told->size(), number).ec != std::errc()
      || number < 1) {
    return std::nullopt;
  }
  return number;
}

void Lessons::listed(const Gateway& gateway, const std::string& wanted, const std::string& id,
                     const std::string& base_url)
{
  const bool is_known = m_learnt.value(gateway, Fact::Kind::base_url, "", now()).has_value();
  if (base_url != gateway.base_url || is_known) { // it may be the one that it was corrected to
    learn(gateway, Fact::Kind::base_url, "", base_url, k_refusal_is_good_for);
  }
  learn(gateway, Fact::Kind::model_listed, wanted, id, k_list_is_good_for);
}

void Lessons::no_list(const Gateway& gateway)
{
  learn(gateway, Fact::Kind::no_list, "", "", k_list_is_good_for);
}

void Lessons::refused_parameter(const Gateway& gateway, std::string provider, std::string parameter)
{
  learn(gateway, Fact::Kind::parameter_refused, std::move(provider), std::move(parameter),
        k_refusal_is_good_for);
}

void Lessons::failed(const Gateway& gateway, std::string provider, std::string size,
                     const Failure& failure)
{
  switch (failure.failure_class) {
  case FailureClass::billing:
    learn(gateway, Fact::Kind::billing, "", "", m_billing_cool_down);
    return;
  case FailureClass::endpoint:
    learn(gateway, Fact::Kind::endpoint_missing, std::move(provider), "", k_refusal_is_good_for);
    return;
  case FailureClass::size:
    if (!size.empty()) {
      learn(gateway, Fact::Kind::size_refused, std::move(provider), std::move(size),
            k_refusal_is_good_for);
    }
    return;
  default:
    return;
  }
}

void Lessons::takes(const Gateway& gateway, int images_per_minute)
{
  learn(gateway, Fact::Kind::images_per_minute, "", std::to_string(images_per_minute),
        k_rate_is_good_for);
}

void Lessons::worked(const Gateway& gateway, std::string provider)
{
  learn(gateway, Fact::Kind::works, std::move(provider), "", k_refusal_is_good_for);
  if (m_learnt.has(gateway, Fact::Kind::billing, "", "", now())) {
    learn(gateway, Fact::Kind::billing, "", "", std::chrono::seconds(0)); // there is credit again
  }
}

void Lessons::learn(const Gateway& gateway, Fact::Kind kind, std::string subject, std::string value,
                    std::chrono::seconds good_for)
{
  m_learnt.learn(gateway, {kind, std::move(subject), std::move(value), now() + good_for});
}

} // namespace limn
