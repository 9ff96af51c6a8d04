#pragma once

#include "http_server/http_server.hpp"
#include "job/session.hpp"
#include "job/settings_watch.hpp"
#include "serve/access.hpp"
#include "serve/error_reply.hpp"
#include "serve/picture_answer.hpp"
#include "work/work_desk.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace limn {

// What a client asks for.
struct ImageCall {
  std::string caller;          // digest of its key; empty: it needs none
  std::string idempotency_key; // its own; empty: it has none
  bool is_repeat = false;      // it says that it sends it again
  int hops = 0;
  std::string body;
};

// What it is told: either of the two.
struct ImageReply {
  std::optional<ErrorReply> error;
  std::shared_ptr<PictureAnswer> picture;
  HeaderList headers;
};

// The pictures that clients of a server ask for. Each is drawn by a process of its own, which goes
// on whatever becomes of the client and of this one. A request that comes again joins what runs, or
// gets what was drawn (JobsDatabase::put).
class ImageCalls
{
public:
  using Replied = std::function<void(ImageReply)>;

  // The session is borrowed. `became_idle` is called from the loop each time that is_idle() becomes
  // true.
  ImageCalls(Session& session, AccessRules rules, std::function<void()> became_idle);
  ~ImageCalls();

  // `replied` is called once, unless the exchange ended before, from the loop; not from here.
  void begin(ExchangeId id, const ImageCall& call, Replied replied);

  // The exchange is over.
  void ended(ExchangeId id, ExchangeEnd end);

  // Nobody is waiting, and all that is to be remembered is.
  bool is_idle() const { return m_calls.empty() && m_notes == 0; }

  // The models that would be asked for; a failure where nobody could be asked.
  Result<std::vector<std::string>> models();

  // Who would be asked. `names`: of those that are left where this server is one of them; empty:
  // all are.
  Result<std::vector<Gateway>> gateways(std::vector<std::string>& names);

private:
  struct Call;
  struct Drawing;
  struct Asked;

  Result<Asked> read(const ImageCall& call);
  void put(ExchangeId id);
  void told(ExchangeId id, Result<PutJob> put);
  void attach(ExchangeId id, const std::string& job);
  void heard(const std::string& job, Result<KeptJob> kept);
  void look_again(const std::string& job, const std::set<ExchangeId>& calls,
                  const Failure& failure);
  void reply_with(ExchangeId id, const KeptJob& job);
  void reply(ExchangeId id, ImageReply reply);
  void reply(ExchangeId id, ErrorReply error);
  void left(const std::string& job);
  void note_ended();
  Call* find(ExchangeId id);

  Session& m_session;
  AccessRules m_rules;
  std::function<void()> m_became_idle;
  SettingsWatch m_settings;
  WorkDesk m_desk;
  std::map<ExchangeId, std::unique_ptr<Call>> m_calls;
  std::map<std::string, std::unique_ptr<Drawing>> m_drawings; // under way, by job
  std::map<std::uint64_t, Timer> m_absent; // until it is clear that a client does not come back
  std::uint64_t m_last_absent = 0;
  int m_notes = 0;                  // that are being written
  std::set<std::string> m_left_out; // gateways that are this server itself; each is told once
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
};

} // namespace limn
