#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "http/http_client.hpp"
#include "loop/loop.hpp"
#include "model/job.hpp"
#include "store/stores.hpp"

#include <functional>
#include <memory>
#include <string>

namespace limn {

// Fetches an image to work from, of the address that a user named: over https, from public
// addresses, without any key; or from one of the user's stores, with that store's. No more than an
// input may have. Into a file without a name.
class InputFetch : private ResponseReceiver
{
public:
  // Begins at once. `done` is called once, from the loop, with the input looked into, and may
  // destroy this object; FailureClass::usage where the address is none, or gives no such image,
  // unreachable or tls where it cannot be reached. `stores` may be null, and is not kept.
  InputFetch(HttpClient& transport, const Stores* stores, Input input,
             std::function<void(Result<Input>)> done);
  ~InputFetch() override;
  InputFetch(const InputFetch&) = delete;
  InputFetch& operator=(const InputFetch&) = delete;

private:
  void ask(std::string url);
  void ask_store(const Stores* stores);
  void end(Result<Input> input);
  Result<Input> taken();
  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override;

  HttpClient& m_transport;
  Input m_input;
  std::function<void(Result<Input>)> m_done;
  HttpClient::TransferId m_transfer = 0;
  Timer m_refusal;   // tells that there is nobody to ask
  std::string m_hop; // where it is asked for: the URL, or what that redirects to
  int m_hops = 0;
  int m_status = 0;
  std::string m_location; // of a redirect
  Descriptor m_file;
  std::uint64_t m_size = 0;
  std::optional<Failure> m_failure; // of the file
};

} // namespace limn
