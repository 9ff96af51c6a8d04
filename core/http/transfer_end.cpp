#include "http/transfer.hpp"
#include "http/transfer_failure.hpp"

#include <fmt/format.h>

// Transfer, from the first byte of the body to its end.
namespace limn {

namespace {

// libcurl has a limit of its own for one header, 100 KiB, and before 8.6 called it a want of
// memory.
bool is_too_long_header(CURLcode code)
{
#if LIBCURL_VERSION_NUM >= 0x080600
  if (code == CURLE_TOO_LARGE) {
    return true;
  }
#endif
  return code == CURLE_OUT_OF_MEMORY;
}

} // namespace

void Transfer::begin_body()
{
  std::string codings;
  for (const auto& [name, value] : head.headers()) {
    if (name == "content-encoding") {
      codings += (codings.empty() ? "" : ",") + value;
    }
  }
  decoder.emplace(codings);
}

bool Transfer::take_body(std::string_view piece)
{
  if (!decoder) { // an HTTP 101; a receiver may count on a head before a body
    abort = AbortReason::no_http;
    return false;
  }
  body_size += piece.size();
  if (body_size > max_body_size()) {
    abort = AbortReason::body_limit;
    return false;
  }
  note(decoder->feed(piece, [this](std::string_view plain) { return hand_on(plain); }));
  return receiver && abort == AbortReason::none;
}

void Transfer::end_body()
{
  if (decoder && receiver && abort == AbortReason::none) {
    note(decoder->finish([this](std::string_view plain) { return hand_on(plain); }));
  }
}

bool Transfer::hand_on(std::string_view plain)
{
  plain_size += plain.size();
  if (plain_size > max_body_size()) {
    abort = AbortReason::body_limit;
    return false;
  }
  if (receiver && !receiver->body(plain)) {
    abort = AbortReason::receiver;
  }
  return receiver && abort == AbortReason::none;
}

void Transfer::note(ContentDecoder::State state)
{
  if (state == ContentDecoder::State::broken && abort == AbortReason::none) {
    abort = AbortReason::broken_coding;
  }
}

std::uint64_t Transfer::max_body_size() const
{
  return request.body_limit == BodyLimit::max_models_size ? limits->max_models_size
                                                          : limits->max_body_size;
}

bool Transfer::may_have_been_sent() const
{
  if (!easy) { // it was refused
    return false;
  }
  curl_off_t before_request = 0;
  libcurl().easy_getinfo(easy.get(), CURLINFO_PRETRANSFER_TIME_T, &before_request);
  return before_request > 0;
}

std::optional<TransferFailure> Transfer::failure_of_abort() const
{
  using Kind = TransferFailure::Kind;
  const bool was_sent = may_have_been_sent();
  switch (abort) {
  case AbortReason::header_limit:
    return TransferFailure{
      Kind::limit,
      fmt::format("the headers from {} are larger than {} (limits.max_header_size)", host,
                  byte_size_text(limits->max_header_size)),
      how_to_raise("max_header_size"), was_sent};
  case AbortReason::body_limit: {
    const auto* name =
      request.body_limit == BodyLimit::max_models_size ? "max_models_size" : "max_body_size";
    return TransferFailure{Kind::limit,
                           fmt::format("the answer from {} is larger than {} (limits.{})", host,
                                       byte_size_text(max_body_size()), name),
                           how_to_raise(name), was_sent};
  }
  case AbortReason::no_http:
    return TransferFailure{Kind::cut,
                           fmt::format("{} answered with something other than HTTP", host),
                           k_check_the_way, was_sent};
  case AbortReason::no_status:
    return TransferFailure{Kind::cut,
                           head.bad_status().empty()
                             ? fmt::format("{} answered with something other than HTTP", host)
                             : fmt::format("{} answered with status {}, and HTTP has 100 to 599",
                                           host, head.bad_status()),
                           k_check_the_way, was_sent};
  case AbortReason::second_request:
    return TransferFailure{
      Kind::cut,
      fmt::format("the connection to {} broke, and limn does not send the request a second time",
                  host),
      k_check_the_way, true};
  case AbortReason::second_answer:
    return TransferFailure{Kind::cut, fmt::format("{} answered twice", host), k_check_the_way,
                           true};
  case AbortReason::speaks_first:
    return TransferFailure{
      Kind::unreachable,
      fmt::format("{} spoke before it was asked, so nothing was sent to it", host), k_check_the_way,
      false};
  case AbortReason::broken_coding:
    return TransferFailure{Kind::cut,
                           fmt::format("the compressed answer from {} is cut or damaged", host),
                           k_check_the_way, was_sent};
  case AbortReason::receiver:
    return TransferFailure{Kind::cancelled, "the transfer was stopped", "", was_sent};
  case AbortReason::address:
    return TransferFailure{Kind::refused, fmt::format("{} is not on the public internet", host),
                           "limn fetches from public addresses and the gateway's own host only",
                           false};
  case AbortReason::none:
  case AbortReason::stale_connection: // begins again before anybody asks
    break;
  }
  return std::nullopt;
}

std::optional<TransferFailure> Transfer::failure(CURLcode code) const
{
  using Kind = TransferFailure::Kind;
  if (auto stopped = failure_of_abort()) {
    return stopped;
  }
  if (code == CURLE_OK && head.is_final()) {
    return std::nullopt;
  }
  const bool was_sent = may_have_been_sent();
  if (code == CURLE_OK) { // libcurl takes headers that end too early for a response without a body
    return TransferFailure{Kind::cut,
                           fmt::format("{} closed the connection within the headers", host),
                           k_check_the_way, was_sent};
  }
  if (is_too_long_header(code) && was_sent && !head.is_final()) {
    return TransferFailure{Kind::limit,
                           fmt::format("a header from {} is longer than libcurl takes", host),
                           k_check_the_way, was_sent};
  }
  long proxy_status = 0;
  libcurl().easy_getinfo(easy.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (proxy_status != 0 && proxy_status / 100 != 2) {
    return TransferFailure{
      Kind::unreachable,
      fmt::format("the proxy makes no connection to {}: HTTP {}", host, proxy_status),
      "check HTTPS_PROXY, ALL_PROXY and NO_PROXY, and user and password in them", false};
  }
  return transfer_failure(code, was_sent, host, error_text.data(), request.timeout,
                          limits->connect_timeout);
}

} // namespace limn
