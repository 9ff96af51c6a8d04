#pragma once

#include "base/redaction.hpp"
#include "base/result.hpp"
#include "http_server/http_server.hpp"
#include "loop/loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace limn {

// Answers GET /metrics, and nothing else, for who watches a worker.
class MetricsListener
{
public:
  // Loop and redactor are borrowed; `text`, in the form of MetricsText, is asked for at each
  // request. `address` is in numbers; port 0: any. Fails as HttpServer::listen does.
  static Result<std::unique_ptr<MetricsListener>> listen(Loop& loop, const Redactor& redactor,
                                                         const std::string& address,
                                                         std::uint16_t port,
                                                         std::function<std::string()> text);

  std::string url() const; // "http://127.0.0.1:9099/metrics"

private:
  MetricsListener(const Redactor& redactor, std::function<std::string()> text)
    : m_redactor(redactor), m_text(std::move(text))
  {
  }
  bool is_for_us(ExchangeId id, const RequestHead& head) const;
  void answer(ExchangeId id, const RequestHead& head);

  const Redactor& m_redactor;
  std::function<std::string()> m_text;
  std::unique_ptr<HttpServer> m_http;
};

} // namespace limn
