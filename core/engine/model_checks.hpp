#pragma once

#include "gateways/verify.hpp"
#include "http/http_client.hpp"
#include "model/gateway.hpp"
#include "settings/settings.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace limn {

// Asks a gateway once for its models, however many jobs want to know.
class ModelChecks
{
public:
  using Answered = std::function<void(const ModelCheck&)>;
  using Ticket = std::shared_ptr<const Answered>; // who drops it is not called

  // Both are borrowed.
  ModelChecks(HttpClient& transport, const Settings& settings)
    : m_transport(transport), m_settings(settings)
  {
  }

  // `answered` is called once, from the loop: with the answer to the question under way, or
  // with that of an earlier one. A failure is worth another question after a while. `wanted` in
  // order of preference.
  [[nodiscard]] Ticket ask(const Gateway& gateway, const std::vector<std::string>& wanted,
                           Answered answered);

private:
  using Clock = Loop::Clock;

  struct Question {
    Gateway gateway;
    std::unique_ptr<ModelQuery> query; // none: it is answered
    ModelCheck answer;
    Clock::time_point answered_at;
    std::vector<std::weak_ptr<const Answered>> waiting;
  };

  void begin(Question& question, const std::vector<std::string>& wanted);

  HttpClient& m_transport;
  const Settings& m_settings;
  std::map<std::string, Question> m_questions; // by gateway, terms and models
};

} // namespace limn
