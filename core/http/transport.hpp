#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/request.hpp"
#include "model/limits.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace limn {

struct TransportOptions {
  std::filesystem::path ca_file; // --cacert; empty: SSL_CERT_FILE, else the system's store
  std::string user_agent = "limn";
  int interrupt_fd = -1; // run() calls `on_interrupt` with each byte that arrives there
  std::function<void(char)> on_interrupt;
  Limits limits; // of headers, bodies, and the time to connect
};

// All HTTP of the process: one set of connections, one event loop, one thread. TLS is always
// verified. A request is put on the wire at most once, but for a GET without a body that is not
// Sending::once: libcurl's own second tries are refused. Nothing is an answer that came before the
// request was sent.
class Transport
{
public:
  using TransferId = std::uint64_t;

  // `log` is borrowed and outlives this.
  static Result<std::unique_ptr<Transport>> create(TransportOptions options, Log& log);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Begins a transfer; `receiver` is borrowed until it was told `finished`, or the transfer was
  // dropped. A request that cannot be begun (bad URL, plain http to elsewhere) is reported through
  // `finished` as well, from run().
  TransferId start(HttpRequest request, ResponseReceiver& receiver);

  // Ends a transfer without a word to its receiver. Unknown ids are ignored.
  void drop(TransferId id);

  // Whether any part of a transfer's request may be on the wire. False also for unknown ids.
  bool may_have_been_sent(TransferId id) const;

  // Calls `action` from run(), once, after `delay`.
  void after(std::chrono::milliseconds delay, std::function<void()> action);

  // Works until `done` says so, or nothing is left to do: no transfer, no timer.
  void run(const std::function<bool()>& done);

private:
  struct Impl;
  explicit Transport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
