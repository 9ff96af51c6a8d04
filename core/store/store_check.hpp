#pragma once

#include "base/result.hpp"
#include "http/http_client.hpp"
#include "store/stores.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace limn {

// Asks a store for an object that is not there: whether its keys are good, and the bucket is there.
// Nothing is written.
class StoreCheck : private ResponseReceiver
{
public:
  // Begins at once; client and stores are borrowed. `done` is called from the loop, once:
  // FailureClass::settings where the store said no, or there is none. What cannot be reached may be
  // there later, and is no failure.
  StoreCheck(HttpClient& client, Stores& stores, const StoreAddress& address,
             std::chrono::milliseconds timeout, std::function<void(Done)> done);
  ~StoreCheck() override;
  StoreCheck(const StoreCheck&) = delete;
  StoreCheck& operator=(const StoreCheck&) = delete;

private:
  Done outcome(const std::optional<TransferFailure>& failure) const;
  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override;

  HttpClient& m_client;
  StoreAddress m_address;
  std::function<void(Done)> m_done;
  HttpClient::TransferId m_transfer = 0;
  Timer m_refusal; // tells that nobody can be asked
  int m_status = 0;
  Pairs m_headers;
  std::string m_body;
};

} // namespace limn
