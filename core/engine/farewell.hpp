#pragma once

#include "http/http_client.hpp"
#include "model/gateway.hpp"
#include "model/job.hpp"
#include "plugin/provider.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Tells a gateway to stop a job that it has accepted: who gives up a dialogue would otherwise leave
// it drawing what nobody fetches. Has two seconds, since the user is waiting.
class Farewell : private ResponseReceiver
{
public:
  // Asks the dialogue for the request and sends it. Null where there is none to send. `done` is
  // called once, from the loop, and may destroy this object. The transport is borrowed.
  static std::unique_ptr<Farewell> begin(HttpClient& transport, Dialogue& dialogue,
                                         const Gateway& gateway, const std::vector<Input>& inputs,
                                         std::function<void()> done);
  ~Farewell() override;
  Farewell(const Farewell&) = delete;
  Farewell& operator=(const Farewell&) = delete;

  bool is_over() const { return !m_done; }
  const std::string& how_it_went() const { return m_how_it_went; } // empty until it is over

private:
  Farewell(HttpClient& transport, HttpRequest request, std::function<void()> done);

  void head(int status, const Pairs&) override { m_status = status; }
  bool body(std::string_view) override { return false; } // nobody reads it
  void finished(const std::optional<TransferFailure>& failure) override;

  HttpClient& m_transport;
  std::function<void()> m_done;
  int m_status = 0;
  std::string m_how_it_went;
  HttpClient::TransferId m_transfer; // last: begins with all the rest in place
};

} // namespace limn
