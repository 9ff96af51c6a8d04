#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/http_client.hpp"
#include "loop/loop.hpp"
#include "output/upload_notes.hpp"
#include "store/store_refusal.hpp"
#include "store/stores.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// How often a picture is sent to a store that may take it later.
enum class Tries { without_end, few };

// Brings one picture of this machine to a store, and the same again for as long as that may help.
// Its name there has its digest in it: where there is an object of that name, it is this picture.
class Upload : private ResponseReceiver
{
public:
  // Begins at once. Client and log are borrowed. `done` is called from the loop, once, and may
  // destroy this object: with FailureClass::not_saved, or settings, where the store does not take
  // it. The file stays where it is in any case.
  Upload(HttpClient& client, std::shared_ptr<Stores> stores, Log& log, UploadNote note, Tries tries,
         std::function<void(Done)> done);
  ~Upload() override;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

private:
  void send();
  void take(StoreVerdict verdict);
  void send_later(const StoreVerdict& verdict);
  void end(Done done);
  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override;

  HttpClient& m_client;
  std::shared_ptr<Stores> m_stores;
  Log& m_log;
  UploadNote m_note;
  StoreAddress m_address;
  Tries m_tries;
  std::function<void(Done)> m_done;
  HttpClient::TransferId m_transfer = 0;
  Timer m_next;
  int m_try = 0;
  bool m_is_conditional = true;
  std::chrono::milliseconds m_pause{0};
  int m_status = 0;
  Pairs m_headers;
  std::string m_body; // of an answer that is an error, as far as it is of use
};

} // namespace limn
