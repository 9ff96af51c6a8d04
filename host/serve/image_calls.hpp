#pragma once

#include "http_server/http_server.hpp"
#include "job/session.hpp"
#include "serve/access.hpp"
#include "serve/caller.hpp"
#include "serve/drawn_pictures.hpp"
#include "serve/error_reply.hpp"
#include "serve/image_call.hpp"
#include "serve/readiness.hpp"
#include "serve/serve_metrics.hpp"
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

// What it is told: either of the two.
struct ImageReply {
  std::optional<ErrorReply> error;
  std::optional<DrawnPictures> drawn;
  HeaderList headers;
};

// Who waits for the pictures of a call. Called from the loop.
struct ImageWaiter {
  std::function<void(ImageReply)> replied; // once
  std::function<void(const KeptPreview&)>
    shown; // each preview once, before that; null: it wants none
};

// The pictures that clients of a server ask for. Each is drawn by a process of its own, which goes
// on whatever becomes of the client and of this one. A request that comes again joins what runs, or
// gets what was drawn (JobsDatabase::put).
class ImageCalls
{
public:
  // All are borrowed. `became_idle` is called from the loop each time that is_idle() becomes true.
  ImageCalls(Session& session, const AccessRules& rules, const ServeSettings& settings,
             ServeMetrics& metrics, std::function<void()> became_idle);
  ~ImageCalls();

  // The waiter is told nothing from here, and nothing once the exchange is over.
  void begin(ExchangeId id, const ImageCall& call, ImageWaiter waiter);

  // What is known to its client before it is replied to; nothing while nothing is begun for it.
  HeaderList headers_so_far(ExchangeId id) const;

  // The exchange is over.
  void ended(ExchangeId id, ExchangeEnd end);

  // Nobody is waiting, and all that is to be remembered is.
  bool is_idle() const { return m_calls.empty() && m_notes == 0; }

  // Jobs that were asked for at this server and are not over.
  std::size_t running() const { return m_drawings.size() + m_elsewhere.size(); }

  // One that another of its doors began, and how it ended: it counts as those of here do.
  void begun_elsewhere(const std::string& job) { m_elsewhere.insert(job); }
  void over_elsewhere(const std::string& job, const Result<KeptJob>& kept);

  // Why no picture could be drawn now, as far as is remembered; nothing: nothing is known against
  // it.
  std::optional<std::string> fault();

  // The models that would be asked for by that caller; a failure where nobody could be asked.
  Result<std::vector<std::string>> models(const Caller& caller);

  // A job of whoever asked, as WorkDesk::look has it.
  void look(std::string job, WorkDesk::Told told) { m_desk.look(std::move(job), std::move(told)); }

  // Who would be asked, of the `wanted` ones; none wanted: of all. `names`: of those that are left
  // where this server is one of them; empty: all are.
  Result<std::vector<Gateway>> gateways(const std::vector<std::string>& wanted,
                                        std::vector<std::string>& names);
  Result<std::vector<Gateway>> gateways(std::vector<std::string>& names)
  {
    return gateways({}, names);
  }

private:
  struct Call;
  struct Drawing;

  Result<JobRequest> read(const ImageCall& call);
  void put(ExchangeId id);
  void told(ExchangeId id, Result<PutJob> put, const std::shared_ptr<InputStage>& stage);
  void attach(ExchangeId id, const std::string& job);
  void heard(const std::string& job, Result<KeptJob> kept);
  void show(const std::string& job);
  void shown(const std::string& job, const std::vector<KeptPreview>& previews);
  void count(const KeptJob& job);
  void look_again(const std::string& job, const std::set<ExchangeId>& calls,
                  const Failure& failure);
  void reply_with(ExchangeId id, const KeptJob& job);
  void reply(ExchangeId id, ImageReply reply);
  void reply(ExchangeId id, ErrorReply error);
  void left(const std::string& job);
  void note_ended();
  Call* find(ExchangeId id) const;

  Session& m_session;
  const AccessRules& m_rules;
  const ServeSettings& m_settings;
  ServeMetrics& m_metrics;
  Readiness m_readiness;
  std::function<void()> m_became_idle;
  WorkDesk m_desk;
  std::map<ExchangeId, std::unique_ptr<Call>> m_calls;
  std::map<std::string, std::unique_ptr<Drawing>> m_drawings; // under way, by job
  std::set<std::string> m_elsewhere;
  std::map<std::uint64_t, Timer> m_absent; // until it is clear that a client does not come back
  std::uint64_t m_last_absent = 0;
  int m_notes = 0;                  // that are being written
  std::set<std::string> m_left_out; // gateways that are this server itself; each is told once
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
};

} // namespace limn
