#include "store/store_refusal.hpp"

#include "base/terminal_text.hpp"
#include "failure/classify.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

using Kind = StoreVerdict::Kind;

constexpr std::size_t k_most_words = 200;
constexpr int k_not_found = 404;
constexpr std::chrono::milliseconds k_most_patience = std::chrono::minutes(15);

// The text of the first element of that name. What stores answer has no attributes in it.
std::string element(std::string_view xml, std::string_view name)
{
  const auto open = fmt::format("<{}>", name);
  const auto begin = xml.find(open);
  if (begin == std::string_view::npos) {
    return {};
  }
  const auto text = xml.substr(begin + open.size());
  return shortened(terminal_safe(text.substr(0, text.find('<'))), k_most_words);
}

std::string hint_of(int status, std::string_view code)
{
  if (code == "RequestTimeTooSkewed") {
    return "the clock of this machine is wrong";
  }
  if (code == "NoSuchBucket") {
    return "make the bucket first";
  }
  if (status / 100 == 3 || code == "AuthorizationHeaderMalformed") {
    return "the store is of another region: say `region` in `stores:` of limn.yaml";
  }
  if (status == 401 || status == 403) {
    return "look at the keys of this store, and at what they may do in that bucket";
  }
  return {};
}

bool may_go_better(int status, std::string_view code)
{
  return status / 100 == 5 || status == 408 || status == 409 || status == 425 || status == 429
         || code == "RequestTimeout";
}

} // namespace

StoreVerdict verdict_of(int status, const Pairs& headers, std::string_view body)
{
  StoreVerdict verdict;
  constexpr int k_is_there_already = 412;
  constexpr int k_not_implemented = 501;
  if (status / 100 == 2 || status == k_is_there_already) {
    verdict.kind = Kind::there;
    return verdict;
  }
  const auto code = element(body, "Code");
  const auto message = element(body, "Message");
  verdict.why = fmt::format("HTTP {}{}{}", status, code.empty() ? "" : " " + code,
                            message.empty() ? "" : ": " + message);
  verdict.hint = hint_of(status, code);
  if (status == k_not_implemented) {
    verdict.kind = Kind::unconditional;
  } else if (may_go_better(status, code)) {
    verdict.kind = Kind::later;
    verdict.not_before = retry_after(headers, {}, std::chrono::system_clock::now());
    if (verdict.not_before) {
      verdict.not_before = std::min(*verdict.not_before, k_most_patience);
    }
  } else {
    verdict.kind = Kind::refused;
  }
  return verdict;
}

std::optional<StoreVerdict> refusal_of_bucket(int status, const Pairs& headers,
                                              std::string_view body)
{
  // Who may write need not be allowed to read, or to know what there is.
  const auto code = element(body, "Code");
  if (status == k_not_found ? code != "NoSuchBucket" : code.empty() || code == "AccessDenied") {
    return std::nullopt;
  }
  auto verdict = verdict_of(status, headers, body);
  return verdict.kind == Kind::refused ? std::optional(std::move(verdict)) : std::nullopt;
}

StoreVerdict verdict_of(const TransferFailure& failure)
{
  const bool is_refused =
    failure.kind == TransferFailure::Kind::refused || failure.kind == TransferFailure::Kind::tls;
  return {is_refused ? Kind::refused : Kind::later, failure.message, failure.hint, std::nullopt};
}

} // namespace limn
