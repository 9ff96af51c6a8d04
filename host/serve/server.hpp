#pragma once

#include "base/result.hpp"
#include "http_server/http_server.hpp"
#include "job/session.hpp"
#include "loop/disk_thread.hpp"
#include "serve/access.hpp"
#include "serve/image_calls.hpp"
#include "serve/local_keys.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace limn {

// Whether who asks needs a key of limn's own.
enum class KeyUse { required, none };

struct ServeOptions {
  std::string address = "127.0.0.1"; // in numbers
  std::uint16_t port = 0;            // 0: any free one
  KeyUse keys = KeyUse::required;
  std::vector<std::string> hosts; // these two as AccessRules has them
  std::vector<std::string> origins;
};

// OpenAI's API for pictures, for the programs of this machine: GET /v1/models and
// POST /v1/images/generations, drawn by whatever gateways limn finds.
class ImageServer
{
public:
  // The session is borrowed. FailureClass::usage if the address cannot be listened at, or is open
  // to more than who is meant: without a key only this machine may ask.
  static Result<std::unique_ptr<ImageServer>> start(Session& session, ServeOptions options);
  ~ImageServer();
  ImageServer(const ImageServer&) = delete;
  ImageServer& operator=(const ImageServer&) = delete;

  // "http://127.0.0.1:8484/v1"
  std::string base_url() const;

  // Takes nothing new; `closed` is called from the loop once all that was asked for is answered.
  void close(std::function<void()> closed);

private:
  class Receiver;
  struct Sending;

  ImageServer(Session& session, ServeOptions options);

  Done listen();
  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head);
  std::optional<ErrorReply> refuse(const RequestHead& head, ImageCall& call);
  void answer_models(ExchangeId id, std::string_view path);
  void begin(ExchangeId id, const ImageCall& call);
  void reply(ExchangeId id, const ErrorReply& error, HeaderList more = {});
  void reply_json(ExchangeId id, const std::string& json);
  void replied(ExchangeId id, ImageReply reply);
  void send_more(ExchangeId id);
  void ended(ExchangeId id, ExchangeEnd end);
  bool is_all_answered() const;
  void look_whether_closed();

  Session& m_session;
  ServeOptions m_options;
  AccessRules m_rules;
  WatchedKeys m_keys;
  std::string m_keys_problem; // that was told
  std::unique_ptr<HttpServer> m_http;
  std::unique_ptr<ImageCalls> m_calls;
  std::map<ExchangeId, HeaderList> m_open; // exchanges, with what every answer of theirs has
  std::set<ExchangeId> m_receiving;        // those of them whose body is coming
  std::map<ExchangeId, std::unique_ptr<Sending>> m_sending;
  std::uint64_t m_held = 0; // bytes of bodies that are coming
  std::function<void()> m_closed;
  bool m_is_closing = false;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
  DiskThread m_disk;                                        // reads pictures; the first to end
};

} // namespace limn
