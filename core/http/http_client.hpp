#pragma once

#include "http/request.hpp"
#include "loop/loop.hpp"

#include <cstdint>

namespace limn {

// Sends requests, on one loop. A request is put on the wire at most once, but for a GET without a
// body that is not Sending::once. Nothing is an answer that came before the request was sent. Its
// real kind is Transport; in tests a script stands in for the servers and the wire.
class HttpClient
{
public:
  using TransferId = std::uint64_t;

  HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() = default;

  virtual Loop& loop() const = 0; // that it works on

  // Begins a transfer; `receiver` is borrowed until it was told `finished`, or the transfer was
  // dropped. A request that cannot be begun (bad URL, plain http to elsewhere) is reported through
  // `finished` as well, from the loop.
  virtual TransferId start(HttpRequest request, ResponseReceiver& receiver) = 0;

  // Ends a transfer without a word to its receiver. Unknown ids are ignored.
  virtual void drop(TransferId id) = 0;

  // Whether any part of a transfer's request may be on the wire. False also for unknown ids.
  virtual bool may_have_been_sent(TransferId id) const = 0;
};

} // namespace limn
