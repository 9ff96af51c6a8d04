#pragma once

#include "gateways/verify.hpp"
#include "http/http_client.hpp"
#include "model/gateway.hpp"
#include "settings/settings.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace limn {

// What a gateway says of the models it was asked for.
struct VerifiedGateway {
  Gateway gateway;
  std::vector<std::string> wanted; // in order of preference
  ModelCheck check;
};

// Asks gateways for their models, all at once; costs nothing.
class Verification
{
public:
  // Begins at once. `done` is called once, from the loop, in the order of `gateways`, and
  // may destroy this object. `transport` and `settings` are borrowed. `gateways`: with what they
  // are asked for; not empty. One whose check has failed already is not asked.
  Verification(HttpClient& transport, const Settings& settings,
               std::vector<VerifiedGateway> gateways, ListedIds ids,
               std::function<void(std::vector<VerifiedGateway>)> done);
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

private:
  std::vector<VerifiedGateway> m_gateways;
  std::function<void(std::vector<VerifiedGateway>)> m_done;
  std::size_t m_open; // questions
  std::vector<std::unique_ptr<ModelQuery>> m_queries;
  Timer m_unasked; // where none is asked
};

} // namespace limn
