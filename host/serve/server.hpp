#pragma once

#include "base/result.hpp"
#include "http_server/http_server.hpp"
#include "job/session.hpp"
#include "serve/access.hpp"
#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"
#include "serve/local_keys.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace limn {

class Page;

// Whether who asks needs a key of limn's own; with `or_link` there need not be one, since somebody
// comes by the link to the page.
enum class KeyUse { required, or_link, none };

struct ServeOptions {
  std::string address = "127.0.0.1"; // in numbers
  std::uint16_t port = 0;            // 0: any free one
  KeyUse keys = KeyUse::required;
  std::vector<std::string> hosts; // these two as AccessRules has them
  std::vector<std::string> origins;
};

// OpenAI's API for pictures, for the programs of this machine, drawn by whatever gateways limn
// finds. Here: who may ask, and which endpoint answers.
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

  // "http://127.0.0.1:8484/"
  std::string page_url() const;

  // The same, opening one session soon: for the browser of whoever started this, and nobody else.
  std::string page_link();

  // Takes nothing new; `closed` is called from the loop once all that was asked for is answered.
  void close(std::function<void()> closed);

private:
  class Receiver;

  ImageServer(Session& session, ServeOptions options);

  Done check_keys();
  Done listen();
  void add_endpoints();
  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head);
  const Route* route_of(std::string_view path) const;
  std::optional<ErrorReply> refuse(const RequestHead& head, const Route* route, Caller& caller);
  std::optional<ErrorReply> admit(const RequestHead& head, Caller& caller);
  bool is_all_answered() const;
  void look_whether_closed();

  Session& m_session;
  ServeOptions m_options;
  AccessRules m_rules;
  WatchedKeys m_keys;
  std::string m_keys_problem; // that was told
  BodyRoom m_bodies;
  bool m_is_closing = false;
  std::function<void()> m_closed;
  std::unique_ptr<HttpServer> m_http;
  std::unique_ptr<Replies> m_replies;
  std::unique_ptr<ServerParts> m_parts;
  std::unique_ptr<ImageCalls> m_calls;
  std::unique_ptr<Page> m_page;
  std::vector<std::unique_ptr<Endpoint>> m_endpoints;
  std::vector<Route> m_routes;
  std::set<ExchangeId> m_receiving; // that were not answered, and whose body is coming
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
};

} // namespace limn
