#include "engine/verification.hpp"

#include <utility>

namespace limn {

Verification::Verification(HttpClient& transport, const Settings& settings,
                           std::vector<VerifiedGateway> gateways, ListedIds ids,
                           std::function<void(std::vector<VerifiedGateway>)> done)
  : m_gateways(std::move(gateways)), m_done(std::move(done)), m_open(m_gateways.size())
{
  for (auto& one : m_gateways) {
    if (one.check.failure) {
      --m_open;
      continue;
    }
    m_queries.push_back(std::make_unique<ModelQuery>(
      transport, one.gateway, one.wanted, settings.failure_words, settings.limits.max_json_depth,
      [this, &one](ModelCheck check) {
        one.check = std::move(check);
        if (--m_open == 0) {
          const auto told = std::exchange(m_done, nullptr);
          told(std::move(m_gateways)); // may destroy this object
        }
      },
      ids));
  }
  if (m_queries.empty()) {
    m_unasked = transport.loop().after({}, [this] {
      const auto told = std::exchange(m_done, nullptr);
      told(std::move(m_gateways)); // may destroy this object
    });
  }
}

} // namespace limn
