#include "serve/image_calls.hpp"

#include "engine/engine.hpp"
#include "job/paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

// A client that gave up comes back within seconds, as a rule. What was not sent by then ends.
constexpr std::chrono::seconds k_comes_back_within{120};

std::string joined(const std::vector<std::string>& words)
{
  std::string text;
  for (const auto& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

} // namespace

// A client that waits.
struct ImageCalls::Call {
  ImageWaiter waiter;
  JobRequest request;
  std::shared_ptr<InputStage> stage;   // while nobody else needs what is in it; may be null
  std::set<std::pair<int, int>> shown; // previews, by image and index
  std::string dropped;                 // names
  Loop::Clock::time_point begin;
  PutAs as = PutAs::begun;
  std::string job;         // once there is one
  bool is_replied = false; // and not sent to its end yet
};

// A job that some of them wait for.
struct ImageCalls::Drawing {
  std::set<ExchangeId> calls; // none: all have gone, and may come back
  PutAs as = PutAs::begun;    // to the first of them
  WorkDesk::Wait wait;
};

ImageCalls::ImageCalls(Session& session, const AccessRules& rules, const ServeSettings& settings,
                       ServeMetrics& metrics, std::function<void()> became_idle)
  : m_session(session), m_rules(rules), m_settings(settings), m_metrics(metrics),
    m_became_idle(std::move(became_idle)), m_desk(session.loop(), session.options(), state_folder())
{
}

ImageCalls::~ImageCalls() = default;

ImageCalls::Call* ImageCalls::find(ExchangeId id) const
{
  const auto found = m_calls.find(id);
  return found == m_calls.end() ? nullptr : found->second.get();
}

Result<std::vector<Gateway>> ImageCalls::gateways(const std::vector<std::string>& wanted,
                                                  std::vector<std::string>& names)
{
  auto& host = m_session.host();
  LIMN_TRY_ASSIGN(auto all, host.gateways(wanted));
  std::vector<Gateway> others;
  for (auto& gateway : all) {
    if (!is_own(gateway.base_url, m_rules)) {
      others.push_back(std::move(gateway));
    } else if (m_left_out.insert(gateway.name).second) {
      m_session.terminal().say(LogLevel::warning,
                               fmt::format("{} ({}) is this server itself, and is not asked",
                                           gateway.name, gateway.base_url));
    }
  }
  if (others.empty()) {
    return fail(FailureClass::no_gateway, "the only gateway to ask is this server itself",
                "limn init sets up another one");
  }
  if (others.size() < all.size()) {
    std::ranges::transform(others, std::back_inserter(names), &Gateway::name);
  }
  return others;
}

std::optional<std::string> ImageCalls::fault()
{
  std::vector<std::string> names;
  const auto gateways = this->gateways(names);
  if (!gateways) {
    return std::string(to_string(gateways.error().failure_class));
  }
  std::string warning; // was told where it was read first
  const auto learnt = Learnt::load(state_folder() / "learnt.json", warning);
  return m_readiness.fault(*gateways, learnt, std::chrono::system_clock::now());
}

Result<std::vector<std::string>> ImageCalls::models(const Caller& caller)
{
  std::vector<std::string> names;
  LIMN_TRY_ASSIGN(const auto gateways, this->gateways(names));
  return models_for(caller, m_session.host().engine().models(gateways, {}));
}

Result<JobRequest> ImageCalls::read(const ImageCall& call)
{
  std::vector<std::string> names;
  LIMN_TRY_ASSIGN(const auto gateways, this->gateways(names));
  return request_of(call, m_session, m_settings, gateways, names);
}

void ImageCalls::begin(ExchangeId id, const ImageCall& call, ImageWaiter waiter)
{
  auto& one = *(m_calls[id] = std::make_unique<Call>());
  one.waiter = std::move(waiter);
  one.begin = m_session.loop().now();
  auto request = read(call);
  if (!request) {
    m_session.loop().post(
      [this, id, error = error_reply(request.error()), alive = std::weak_ptr(m_alive)]() mutable {
        if (!alive.expired()) {
          reply(id, std::move(error));
        }
      });
    return;
  }
  one.request = std::move(*request);
  one.stage = call.stage;
  one.dropped = joined(call.wanted.dropped);
  put(id);
}

HeaderList ImageCalls::headers_so_far(ExchangeId id) const
{
  HeaderList headers;
  if (const auto* call = find(id); call != nullptr && !call->job.empty()) {
    headers.emplace_back("x-limn-job", call->job);
    if (!call->dropped.empty()) {
      headers.emplace_back("x-limn-dropped", call->dropped);
    }
  }
  return headers;
}

void ImageCalls::put(ExchangeId id)
{
  const auto& call = *find(id);
  m_desk.put(call.request, [this, id, stage = call.stage](Result<PutJob> put) {
    told(id, std::move(put), stage);
  });
}

void ImageCalls::told(ExchangeId id, Result<PutJob> put, const std::shared_ptr<InputStage>& stage)
{
  const bool is_begun = put && put->as == PutAs::begun;
  auto* const call = find(id);
  if (call == nullptr) { // the client has gone, and nothing was begun for it
    if (put) {
      left(put->job.id);
      m_desk.end(put->job.id, [stage, is_begun](const Result<KeptJob>& job) {
        if (stage && is_begun && !(job && job->state == JobState::cancelled)) {
          stage->leave(); // somebody else has joined it
        }
      });
    }
    return;
  }
  if (put) {
    if (stage && is_begun) {
      stage->leave(); // to who works on it
    }
    call->as = put->as;
    if (put->as != PutAs::begun) {
      m_metrics.replayed();
    }
    attach(id, put->job.id);
    return;
  }
  const auto& failure = put.error();
  if (failure.code == k_request_id_reused) {
    reply(id, refusal(422, "idempotency_key_reused",
                      "This Idempotency-Key stands for another request already. Nothing was asked "
                      "for; each request has a key of its own."));
  } else if (failure.failure_class == FailureClass::billing) {
    reply(id, error_reply(Ending::budget, failure.message));
  } else { // too much is under way, or jobs.db cannot be written: nothing was asked for
    reply(id, error_reply(Ending::overloaded, failure.message));
  }
}

void ImageCalls::attach(ExchangeId id, const std::string& job)
{
  find(id)->job = job;
  auto& drawing = m_drawings[job];
  if (drawing) {
    drawing->calls.insert(id);
    return;
  }
  drawing = std::make_unique<Drawing>();
  drawing->calls.insert(id);
  drawing->as = find(id)->as;
  drawing->wait =
    m_desk.wait(job, [this, job](Result<KeptJob> kept) { heard(job, std::move(kept)); });
}

void ImageCalls::heard(const std::string& job, Result<KeptJob> kept)
{
  if (kept && !is_final(kept->state)) {
    show(job);
    return;
  }
  const auto drawing = m_drawings.extract(job);
  if (drawing.empty()) {
    return;
  }
  if (!kept) {
    look_again(job, drawing.mapped()->calls, kept.error());
    return;
  }
  if (drawing.mapped()->as == PutAs::begun) {
    count(*kept);
  }
  for (const auto id : drawing.mapped()->calls) {
    auto& call = *find(id);
    const bool is_unbegun = kept->state == JobState::cancelled && call.as == PutAs::joined;
    if (is_unbegun) { // nobody drew it, and this one still wants it
      call.job.clear();
      put(id);
    } else {
      reply_with(id, *kept);
    }
  }
}

void ImageCalls::over_elsewhere(const std::string& job, const Result<KeptJob>& kept)
{
  if (m_elsewhere.erase(job) > 0 && kept) {
    count(*kept);
  }
}

void ImageCalls::count(const KeptJob& job)
{
  m_metrics.ended(job);
  m_readiness.ended(job, std::chrono::system_clock::now());
}

void ImageCalls::show(const std::string& job)
{
  const auto drawing = m_drawings.find(job);
  const bool is_wanted =
    drawing != m_drawings.end() && std::ranges::any_of(drawing->second->calls, [&](ExchangeId id) {
      return find(id)->waiter.shown != nullptr;
    });
  if (is_wanted) {
    m_desk.previews(
      job, [this, job](const std::vector<KeptPreview>& previews) { shown(job, previews); });
  }
}

void ImageCalls::shown(const std::string& job, const std::vector<KeptPreview>& previews)
{
  const auto drawing = m_drawings.find(job);
  if (drawing == m_drawings.end()) {
    return;
  }
  for (const auto id : drawing->second->calls) {
    auto& call = *find(id);
    for (const auto& preview : previews) {
      if (call.waiter.shown && call.shown.emplace(preview.image, preview.index).second) {
        call.waiter.shown(preview);
      }
    }
  }
}

// It could not be begun, or not be looked at: only the first is known to have cost nothing.
void ImageCalls::look_again(const std::string& job, const std::set<ExchangeId>& calls,
                            const Failure& failure)
{
  m_desk.look(job, [this, job, calls, failure](const Result<KeptJob>& seen) {
    for (const auto id : calls) {
      if (find(id) == nullptr) {
        continue;
      }
      if (seen && (seen->state == JobState::cancelled || seen->state == JobState::queued)) {
        m_desk.end(job, [](const Result<KeptJob>&) {}); // nobody is to begin it later
        reply(id, error_reply(Ending::overloaded, failure.message));
      } else if (seen && is_final(seen->state)) {
        reply_with(id, *seen);
      } else {
        reply(id, unseen_reply(job, failure));
      }
    }
  });
}

void ImageCalls::reply_with(ExchangeId id, const KeptJob& job)
{
  ImageReply answer;
  const bool has_images = !job.images.empty();
  auto drawn = has_images ? DrawnPictures::of(job) : Result<DrawnPictures>();
  if (has_images && drawn) {
    answer.headers = drawn->headers;
    answer.drawn = std::move(*drawn);
  } else {
    answer.error = error_reply(job);
  }
  answer.headers.emplace_back("x-limn-job", job.id);
  if (find(id)->as == PutAs::replayed) {
    answer.headers.emplace_back("idempotent-replayed", "true");
  }
  reply(id, std::move(answer));
}

void ImageCalls::reply(ExchangeId id, ErrorReply error)
{
  ImageReply answer;
  answer.error = std::move(error);
  reply(id, std::move(answer));
}

void ImageCalls::reply(ExchangeId id, ImageReply answer)
{
  auto* const call = find(id);
  if (call == nullptr) {
    return;
  }
  call->is_replied = true;
  if (!call->dropped.empty()) {
    answer.headers.emplace_back("x-limn-dropped", call->dropped);
  }
  const auto elapsed =
    std::chrono::duration_cast<std::chrono::milliseconds>(m_session.loop().now() - call->begin);
  answer.headers.emplace_back("openai-processing-ms", std::to_string(elapsed.count()));
  call->waiter.replied(std::move(answer));
}

void ImageCalls::ended(ExchangeId id, ExchangeEnd end)
{
  const auto call = m_calls.extract(id);
  if (call.empty()) {
    return;
  }
  const auto& job = call.mapped()->job;
  const bool is_replied = call.mapped()->is_replied;
  if (!job.empty() && is_replied && end == ExchangeEnd::sent) {
    ++m_notes;
    m_desk.hears(job, [this] { note_ended(); });
  } else if (!job.empty()) {
    if (const auto drawing = m_drawings.find(job); drawing != m_drawings.end()) {
      drawing->second->calls.erase(id);
    }
    left(job);
    if (!is_replied) {
      const auto absent = ++m_last_absent;
      m_absent[absent] = m_session.loop().after(k_comes_back_within, [this, job, absent] {
        const auto timer = m_absent.extract(absent);
        m_desk.end(job, [](const Result<KeptJob>&) {});
      });
    }
  }
  if (is_idle()) {
    m_became_idle();
  }
}

// Unless another client of this server waits for it, too.
void ImageCalls::left(const std::string& job)
{
  const bool is_awaited =
    std::ranges::any_of(m_calls, [&](const auto& one) { return one.second->job == job; });
  if (!is_awaited) {
    ++m_notes;
    m_desk.leaves(job, [this] { note_ended(); });
  }
}

void ImageCalls::note_ended()
{
  --m_notes;
  if (is_idle()) {
    m_became_idle();
  }
}

} // namespace limn
