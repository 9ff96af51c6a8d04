#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/batches.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/jobs.hpp"
#include "sandbox/ledger.hpp"
#include "sandbox/order.hpp"
#include "sandbox/request.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace limn::sandbox {

// Every behaviour, without the network: a request in, an answer out.
class MockGateway
{
public:
  Answer answer(const Request& request) { return drawn(begin_answer(request)); }

  // The same, without what takes time: the request is counted, and a picture is Answer::drawing,
  // for as long as the gateway lives.
  Answer begin_answer(const Request& request);

  void set_port(std::uint16_t port) { m_port = port; } // for the URLs that it hands out

private:
  Answer read_back(const Request& request);
  Answer api(const Request& request, std::string_view segment, const ChosenBehaviour& behaviour,
             std::string_view path);
  Answer generate(const Request& request, std::string_view segment,
                  const ChosenBehaviour& behaviour, Route route, Charge& charge);
  Answer refuse(const Request& request, const Behaviour& behaviour, std::string_view path,
                std::chrono::milliseconds wait = std::chrono::milliseconds(0));
  Answer models(const Behaviour& behaviour) const;
  Answer image(const std::string& name);
  std::string publish(std::string png, ImageText form);
  std::string origin() const;

  std::uint16_t m_port = 0;
  Ledger m_ledger;
  Jobs m_jobs;
  Batches m_batches;
  int m_last_request = 0;
  std::map<std::string, SharedText> m_images; // by file name
};

} // namespace limn::sandbox
