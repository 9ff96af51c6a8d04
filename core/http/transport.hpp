#pragma once

#include "base/log.hpp"
#include "http/http_client.hpp"
#include "model/limits.hpp"

#include <filesystem>
#include <memory>

namespace limn {

class BodyStream;

struct TransportOptions {
  std::filesystem::path ca_file; // --cacert; empty: SSL_CERT_FILE, else the system's store
  std::string user_agent = "limn";
  Limits limits; // of headers, bodies, and the time to connect
};

// All HTTP of the process: one set of connections, over libcurl, whose own second tries are
// refused. TLS is always verified.
class Transport : public HttpClient
{
public:
  // Loop and log are borrowed and outlive this. libcurl, which takes milliseconds to load
  // and to begin, is begun by the first transfer.
  Transport(Loop& loop, TransportOptions options, Log& log);
  ~Transport() override;

  // For the transfers that begin from now on.
  void limit(const Limits& limits);

  Loop& loop() const override;
  TransferId start(HttpRequest request, ResponseReceiver& receiver) override;
  void drop(TransferId id) override;

  // A request whose body is made while it is sent, once: `stream` is borrowed as the receiver is.
  TransferId start(HttpRequest request, ResponseReceiver& receiver, BodyStream& stream);

  // There is more of that body, where it said that there was none yet; not from within a call of
  // the transport.
  void more_to_send(TransferId id);

  // The receiver takes nothing for now: the server waits. And goes on; not from within a call of
  // the transport. Unknown ids are ignored.
  void pause(TransferId id);
  void resume(TransferId id);

  bool may_have_been_sent(TransferId id) const override;

private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
