#include "engine/model_checks.hpp"

#include "model/gateway.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace limn {

namespace {

// Within one run a gateway that has a list keeps it; one that could not be reached may come back.
constexpr std::chrono::seconds k_failure_is_good_for{30};

} // namespace

ModelChecks::Ticket ModelChecks::ask(const Gateway& gateway, const std::vector<std::string>& wanted,
                                     Answered answered)
{
  const auto& terms = gateway.terms;
  const auto key = fmt::format("{} {} {} {} {} {} {} {}", gateway.id, terms.key.header,
                               terms.key.scheme, static_cast<int>(terms.models), terms.models_path,
                               terms.models_list, terms.models_id, fmt::join(wanted, " "));
  auto ticket = std::make_shared<const Answered>(std::move(answered));
  auto [found, is_new] = m_questions.try_emplace(key);
  auto& question = found->second;
  if (is_new) {
    question.gateway = gateway;
  }
  const bool is_stale = !question.query && question.answer.state == ModelCheck::State::failed
                        && m_transport.loop().now() - question.answered_at > k_failure_is_good_for;
  if (is_new || is_stale) {
    begin(question, wanted);
  }
  if (question.query) {
    question.waiting.push_back(ticket);
    return ticket;
  }
  m_transport.loop().post([&question, waiter = std::weak_ptr(ticket)] {
    if (const auto waiting = waiter.lock()) {
      (*waiting)(question.answer);
    }
  });
  return ticket;
}

void ModelChecks::begin(Question& question, const std::vector<std::string>& wanted)
{
  question.query = std::make_unique<ModelQuery>(
    m_transport, question.gateway, wanted, m_settings.failure_words,
    m_settings.limits.max_json_depth, [this, &question](ModelCheck answer) {
      const auto query = std::move(question.query); // outlives its own call
      question.answer = std::move(answer);
      question.answered_at = m_transport.loop().now();
      const auto waiting = std::exchange(question.waiting, {});
      for (const auto& one : waiting) {
        if (const auto waiter = one.lock()) {
          (*waiter)(question.answer);
        }
      }
    });
}

} // namespace limn
