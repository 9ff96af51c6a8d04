#pragma once

#include "base/result.hpp"
#include "memory/learnt.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What jobs take from earlier jobs and leave to later ones, each fact with the time it is good for.
// Borrows the memory.
class Lessons
{
public:
  // `billing_cool_down`: how long a gateway without credit is asked last.
  Lessons(Learnt& learnt, std::chrono::seconds billing_cool_down)
    : m_learnt(learnt), m_billing_cool_down(billing_cool_down)
  {
  }

  // --- What is known ---
  // The id under which the gateway lists `model`.
  std::optional<std::string> listed_as(const Gateway& gateway, std::string_view model) const;
  bool has_no_list(const Gateway& gateway) const;
  bool refused_size(const Gateway& gateway, std::string_view provider, std::string_view size) const;
  std::vector<std::string> refused_parameters(const Gateway& gateway,
                                              std::string_view provider) const;
  std::optional<int> images_per_minute(const Gateway& gateway) const;

  // --- What is learnt ---
  // `id` is what it calls the model; its list was found at `base_url`.
  void listed(const Gateway& gateway, const std::string& wanted, const std::string& id,
              const std::string& base_url);
  void no_list(const Gateway& gateway);
  void refused_parameter(const Gateway& gateway, std::string provider, std::string parameter);
  void failed(const Gateway& gateway, std::string provider, std::string size,
              const Failure& failure);
  void takes(const Gateway& gateway, int images_per_minute);
  void worked(const Gateway& gateway, std::string provider);

private:
  void learn(const Gateway& gateway, Fact::Kind kind, std::string subject, std::string value,
             std::chrono::seconds good_for);

  Learnt& m_learnt;
  std::chrono::seconds m_billing_cool_down;
};

} // namespace limn
