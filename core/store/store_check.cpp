#include "store/store_check.hpp"

#include "store/store_refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_most_said = 16 * 1024;
constexpr std::string_view k_absent = "limn-asks-whether-this-store-is-there";

} // namespace

StoreCheck::StoreCheck(HttpClient& client, Stores& stores, const StoreAddress& address,
                       std::chrono::milliseconds timeout, std::function<void(Done)> done)
  : m_client(client), m_address(address), m_done(std::move(done))
{
  auto request = stores.request("GET", address.below(k_absent));
  if (!request) {
    m_refusal =
      m_client.loop().after({}, [this, failure = request.error()] { m_done(fail(failure)); });
    return;
  }
  request->timeout = timeout;
  m_transfer = m_client.start(std::move(*request), *this);
}

StoreCheck::~StoreCheck()
{
  m_client.drop(m_transfer);
}

void StoreCheck::head(int status, const Pairs& headers)
{
  m_status = status;
  m_headers = headers;
}

bool StoreCheck::body(std::string_view piece)
{
  m_body += piece.substr(0, k_most_said - std::min(m_body.size(), k_most_said));
  return true;
}

void StoreCheck::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  const auto done = std::exchange(m_done, nullptr);
  done(outcome(failure)); // may destroy this object
}

Done StoreCheck::outcome(const std::optional<TransferFailure>& failure) const
{
  const auto verdict = m_status != 0 ? refusal_of_bucket(m_status, m_headers, m_body)
                                     : std::optional(verdict_of(*failure));
  if (!verdict || verdict->kind != StoreVerdict::Kind::refused) {
    return {};
  }
  return fail(FailureClass::settings,
              fmt::format("nothing was asked for: the store of {} takes no pictures: {}",
                          m_address.text(), verdict->why),
              verdict->hint);
}

} // namespace limn
