#include "serve/readiness.hpp"

#include "base/failure.hpp"
#include "base/json.hpp"

#include <set>

namespace limn {

namespace {

constexpr std::chrono::minutes k_fault_is_remembered{5};

// Whether an answer says something about the gateway, and not about what was asked for.
bool is_of_gateway(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::billing:
  case FailureClass::auth:
  case FailureClass::access:
  case FailureClass::model:
  case FailureClass::endpoint:
  case FailureClass::rate_limited:
  case FailureClass::server:
  case FailureClass::unreachable:
  case FailureClass::tls:
  case FailureClass::outcome_unknown:
  case FailureClass::no_image:
  case FailureClass::bad_image:
    return true;
  default:
    return false;
  }
}

} // namespace

void Readiness::ended(const KeptJob& job, Time now)
{
  const auto parsed = parse_json(job.report.empty() ? "{}" : std::string_view(job.report));
  const auto* attempts = parsed ? member(*parsed, "attempts") : nullptr;
  const auto count = attempts != nullptr && attempts->IsArray() ? attempts->Size() : 0;
  for (rapidjson::SizeType i = 0; i < count; ++i) {
    const auto& attempt = (*attempts)[i];
    const auto word = string_or_empty(member(attempt, "class"));
    const auto failure_class = failure_class_from(word);
    const bool is_fault = failure_class && is_of_gateway(*failure_class);
    m_tries[std::string(string_or_empty(member(attempt, "gateway")))] = {
      is_fault ? std::string(word) : std::string(), now};
  }
}

// What it did here is newer than what others remember, unless it is too old.
std::string Readiness::fault_of(const Gateway& gateway, const Learnt& learnt, Time now) const
{
  const auto found = m_tries.find(gateway.name);
  if (found != m_tries.end() && found->second.when + k_fault_is_remembered > now) {
    return found->second.fault;
  }
  const bool has_no_credit = learnt.has(gateway, Fact::Kind::billing, "", "", now);
  return has_no_credit ? std::string(to_string(FailureClass::billing)) : std::string();
}

std::optional<std::string> Readiness::fault(const std::vector<Gateway>& gateways,
                                            const Learnt& learnt, Time now) const
{
  std::set<std::string> faults;
  for (const auto& gateway : gateways) {
    auto fault = fault_of(gateway, learnt, now);
    if (fault.empty()) {
      return std::nullopt;
    }
    faults.insert(std::move(fault));
  }
  std::string text;
  for (const auto& fault : faults) {
    text += (text.empty() ? "" : ", ") + fault;
  }
  return text;
}

} // namespace limn
