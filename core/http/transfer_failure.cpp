#include "http/transfer_failure.hpp"

#include "base/failure_texts.hpp"
#include "http/libcurl.hpp"
#include "model/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace limn {

namespace {

// In steps of 0.05, upwards: a few milliseconds of the limit that the user knows have passed before
// the request was made.
double seconds(std::chrono::milliseconds time)
{
  return std::ceil(static_cast<double>(time.count()) / 50) / 20;
}

TransferFailure timed_out(bool request_was_sent, const std::string& host,
                          std::chrono::milliseconds timeout,
                          std::chrono::milliseconds connect_timeout)
{
  TransferFailure failure;
  failure.request_was_sent = request_was_sent;
  if (request_was_sent) {
    failure.kind = TransferFailure::Kind::timed_out;
    failure.message =
      fmt::format("no complete answer from {} within {:g} s", host, seconds(timeout));
    failure.hint = "raise --timeout, or timeout in limn.yaml";
    return failure;
  }
  const bool connect_limit = connect_timeout < timeout;
  failure.message = fmt::format("no connection to {} within {:g} s ({})", host,
                                seconds(std::min(connect_timeout, timeout)),
                                connect_limit ? "limits.connect_timeout" : "timeout");
  failure.hint =
    "check that the gateway is up, and the proxy variables; "
    + (connect_limit ? how_to_raise("connect_timeout") : std::string("raise --timeout"));
  return failure;
}

} // namespace

TransferFailure transfer_failure(int curl_code, bool request_was_sent, const std::string& host,
                                 std::string_view detail, std::chrono::milliseconds timeout,
                                 std::chrono::milliseconds connect_timeout)
{
  using Kind = TransferFailure::Kind;
  const auto code = static_cast<CURLcode>(curl_code);
  const std::string reason(detail.empty() ? libcurl().easy_strerror(code) : detail);
  TransferFailure failure;
  failure.request_was_sent = request_was_sent;
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    failure.message = fmt::format("the name {} could not be resolved", host);
    failure.hint = "check the base URL's spelling, the network and DNS";
    return failure;
  case CURLE_COULDNT_RESOLVE_PROXY:
    failure.message = "the name of the proxy could not be resolved";
    failure.hint = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY";
    return failure;
  case CURLE_COULDNT_CONNECT:
  case CURLE_PROXY:
    failure.message = fmt::format("no connection to {}: {}", host, reason);
    failure.hint = "check that the gateway is up, its port, and the proxy variables";
    return failure;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_USE_SSL_FAILED:
    failure.kind = Kind::tls;
    failure.message = fmt::format("no safe connection to {}: {}", host, reason);
    failure.hint = default_hint(FailureClass::tls);
    return failure;
  case CURLE_OPERATION_TIMEDOUT:
    return timed_out(request_was_sent, host, timeout, connect_timeout);
  case CURLE_SEND_FAIL_REWIND: // libcurl was about to send it a second time
  case CURLE_GOT_NOTHING:
    failure.kind = Kind::cut;
    failure.request_was_sent = true;
    failure.message = fmt::format("{} closed the connection without an answer", host);
    failure.hint = k_check_the_way;
    return failure;
  case CURLE_UNSUPPORTED_PROTOCOL:
    if (request_was_sent) { // so it is the answer that is no HTTP
      failure.kind = Kind::cut;
      failure.message = fmt::format("{} answered with something other than HTTP: {}", host, reason);
      failure.hint = k_check_the_way;
      return failure;
    }
    [[fallthrough]];
  case CURLE_URL_MALFORMAT:
    failure.kind = Kind::refused;
    failure.message = fmt::format("{}: {}", host, reason);
    return failure;
  default:
    failure.kind = request_was_sent ? Kind::cut : Kind::unreachable;
    failure.message = fmt::format("the connection to {} broke: {}", host, reason);
    failure.hint = "check the network, the proxy and the gateway";
    return failure;
  }
}

} // namespace limn
