#pragma once

#include "base/result.hpp"
#include "http_server/http_server.hpp"
#include "job/session.hpp"
#include "job/settings_watch.hpp"
#include "serve/access.hpp"
#include "serve/call_answers.hpp"
#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"
#include "serve/local_keys.hpp"
#include "serve/picture_links.hpp"
#include "serve/replies.hpp"
#include "serve/serve_metrics.hpp"
#include "serve/serve_options.hpp"
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

  // "http://127.0.0.1:8484/v1"; "http://localhost/v1" of a server that only has a socket.
  std::string base_url() const;

  // "http://127.0.0.1:8484/"; of a server that has an address, as the link is.
  std::string page_url() const;

  // The same, opening one session soon: for the browser of whoever started this, and nobody else.
  std::string page_link();

  // Of all its places the first unix socket, "unix:/run/user/1000/limn.sock"; empty: it has none.
  std::string socket_place() const;

  bool has_addresses() const { return !m_rules.places.empty(); }

  // Reads the settings and the files of other programs anew, and says what it found. Whatever is
  // under way goes on; where the settings are faulty those of before hold, and that is said.
  void reload();

  // Takes nothing new; `closed` is called from the loop once all that was asked for is answered.
  void close(std::function<void()> closed);

private:
  class Receiver;

  ImageServer(Session& session, ServeOptions options);

  Done check_keys();
  void renew();
  Done listen();
  void add_endpoints();
  void add_passed(Endpoint& responses);
  Endpoint* add(std::unique_ptr<Endpoint> endpoint);
  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head);
  const Route* route_of(std::string_view path) const;
  std::optional<ErrorReply> refuse(const RequestHead& head, const Client& client,
                                   const Route* route, Caller& caller);
  std::optional<ErrorReply> admit(const RequestHead& head, const Client& client, Entry entry,
                                  Caller& caller);
  bool is_all_answered() const;
  void look_whether_closed();

  Session& m_session;
  ServeOptions m_options;
  SettingsWatch m_watch;
  ServeSettings m_settings;          // that hold now
  std::vector<std::string> m_places; // that it listens at, as HttpServer has them
  AccessRules m_rules;
  WatchedKeys m_keys;
  std::string m_keys_problem; // that was told
  BodyRoom m_bodies;
  ServeMetrics m_metrics;
  bool m_is_closing = false;
  std::function<void()> m_closed;
  std::unique_ptr<HttpServer> m_http;
  std::unique_ptr<Replies> m_replies;
  std::unique_ptr<ServerParts> m_parts;
  std::unique_ptr<ImageCalls> m_calls;
  std::unique_ptr<CallAnswers> m_answers;
  PictureLinks m_links;
  std::unique_ptr<Page> m_page;
  std::vector<std::unique_ptr<Endpoint>> m_endpoints;
  std::vector<Route> m_routes;
  std::vector<Route> m_passed_routes; // before those, where something is passed on
  std::set<ExchangeId> m_receiving;   // that were not answered, and whose body is coming
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
};

} // namespace limn
