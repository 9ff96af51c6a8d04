#pragma once

#include "base/result.hpp"
#include "http/http_client.hpp"
#include "model/gateway.hpp"
#include "output/image_sink.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// Fetches an image that a gateway gave as a URL: at once, from public addresses or from the
// gateway's own host only, which may be as private as the gateway is. Without the key; only where
// the gateway's own origin answers 401 or 403 it is asked again with it. The image is paid for, so
// a failure repeats the download, never the generation.
class Download : private ResponseReceiver
{
public:
  static constexpr int k_most_tries = 4;

  // Begins at once, and has `timeout` from now for all its tries; `done` is called once from
  // the loop, and may destroy this object. The rest is borrowed for that long. The failure
  // is FailureClass::not_saved and its message holds the URL, so that the user can fetch it by
  // hand.
  Download(HttpClient& transport, ImageSink& sink, const Gateway& gateway, std::string url,
           std::chrono::milliseconds timeout, std::function<void(Result<ImageFile>)> done);
  ~Download() override;
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  const std::string& url() const { return m_url; }
  bool is_over() const { return !m_done; }

private:
  using Clock = Loop::Clock;

  std::chrono::milliseconds time_left() const;
  void try_again_or_end(std::string reason);
  void keep_the_larger();
  void ask(std::string url);
  std::string over_gateways_scheme(std::string url) const;
  bool may_take_key() const;
  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override;

  HttpClient& m_transport;
  ImageSink& m_sink;
  const Gateway& m_gateway;
  std::string m_url;
  std::chrono::milliseconds m_timeout;
  Clock::time_point m_deadline;
  std::function<void(Result<ImageFile>)> m_done;
  Timer m_pause; // before it is asked for once more
  HttpClient::TransferId m_transfer = 0;
  int m_try = 0;
  std::string m_hop; // where it is asked for: the URL, or what that redirects to
  int m_hops = 0;
  enum class Key { none, sent };
  Key m_key = Key::none;      // for the gateway's own origin
  bool m_was_led_off = false; // by a redirect, from the gateway's own origin
  int m_status = 0;
  std::string m_location; // of a redirect
  std::optional<ImageFile> m_file;
  std::optional<ImageFile> m_largest; // of the tries before
  std::optional<Failure> m_file_failure;
};

} // namespace limn
