#pragma once

#include "http_server/http_server.hpp"
#include "job/session.hpp"
#include "serve/access.hpp"
#include "serve/caller.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

class BodyRoom;
class Replies;

// What the endpoints of a server have in common. All of it outlives them.
struct ServerParts {
  Session& session;
  const AccessRules& rules;
  const ServeSettings& settings; // of today, with what the command line says
  Replies& replies;
  BodyRoom& bodies;
  const bool& is_closing;            // nothing new is begun
  std::function<void()> became_idle; // that an endpoint tells
};

// What is behind a path of a server. Called from the loop's thread.
class Endpoint
{
public:
  virtual ~Endpoint() = default;

  // A request that its route lets in. It is answered by Replies, at once or later. Null: none of
  // its body is wanted, and nothing is to be told of its end.
  virtual std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                                const Caller& caller) = 0;

  // Nobody waits for an answer of it that is not written yet, and all that is to be remembered is.
  virtual bool is_idle() const { return true; }

  // The server is to end: what does not end by itself does now.
  virtual void close() {}
};

enum class PathMatch { whole, with_segments_behind };
// Whoever asks from this machine, and not on behalf of another one, may need no key. A session is
// that of the page.
enum class Entry { with_key, with_key_or_from_here, with_session, for_all };
enum class BodyKind { none, json, json_or_form };

// Which requests an endpoint gets.
struct Route {
  std::string_view path; // "/v1/models"
  PathMatch match = PathMatch::whole;
  std::vector<std::string_view> methods;
  Entry entry = Entry::with_key;
  BodyKind body = BodyKind::none; // of POST
  Endpoint* endpoint = nullptr;   // not null

  bool has_path(std::string_view asked) const
  {
    return asked == path
           || (match == PathMatch::with_segments_behind && asked.starts_with(path)
               && asked[path.size()] == '/');
  }
};

} // namespace limn
