#pragma once

#include "base/log.hpp"
#include "http/request.hpp"
#include "loop/loop.hpp"
#include "model/limits.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace limn {

struct TransportOptions {
  std::filesystem::path ca_file; // --cacert; empty: SSL_CERT_FILE, else the system's store
  std::string user_agent = "limn";
  Limits limits; // of headers, bodies, and the time to connect
};

// All HTTP of the process: one set of connections, on one loop. TLS is always
// verified. A request is put on the wire at most once, but for a GET without a body that is not
// Sending::once: libcurl's own second tries are refused. Nothing is an answer that came before the
// request was sent.
class Transport
{
public:
  using TransferId = std::uint64_t;

  // Loop and log are borrowed and outlive this. libcurl, which takes milliseconds to begin, is
  // begun by the first transfer.
  Transport(Loop& loop, TransportOptions options, Log& log);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  Loop& loop() const; // that it works on

  // Begins a transfer; `receiver` is borrowed until it was told `finished`, or the transfer was
  // dropped. A request that cannot be begun (bad URL, plain http to elsewhere) is reported through
  // `finished` as well, from the loop.
  TransferId start(HttpRequest request, ResponseReceiver& receiver);

  // Ends a transfer without a word to its receiver. Unknown ids are ignored.
  void drop(TransferId id);

  // Whether any part of a transfer's request may be on the wire. False also for unknown ids.
  bool may_have_been_sent(TransferId id) const;

private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
