#include "serve/image_calls.hpp"

#include "base/digest.hpp"
#include "engine/engine.hpp"
#include "job/job_check.hpp"
#include "job/job_text.hpp"
#include "job/paths.hpp"
#include "serve/images_request.hpp"
#include "work/places.hpp"
#include "work/work_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_route = "POST /v1/images/generations";
constexpr std::chrono::hours k_named_for{24};

// A client that gave up comes back within seconds, as a rule. What was not sent by then ends.
constexpr std::chrono::seconds k_comes_back_within{120};

// Of several texts none of which has a line break, in order.
std::string digest_of(std::initializer_list<std::string_view> texts)
{
  Sha256 digest;
  for (const auto text : texts) {
    digest.update(std::as_bytes(std::span(text)));
    digest.update(std::as_bytes(std::span(std::string_view("\n"))));
  }
  return digest.hex();
}

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
  Replied replied;
  JobRequest request;
  std::string dropped; // names
  Loop::Clock::time_point begin;
  PutAs as = PutAs::begun;
  std::string job;         // once there is one
  bool is_replied = false; // and not sent to its end yet
};

// A job that some of them wait for.
struct ImageCalls::Drawing {
  std::set<ExchangeId> calls; // none: all have gone, and may come back
  WorkDesk::Wait wait;
};

struct ImageCalls::Asked {
  JobRequest request;
  std::string dropped;
};

ImageCalls::ImageCalls(Session& session, AccessRules rules, std::function<void()> became_idle)
  : m_session(session), m_rules(std::move(rules)), m_became_idle(std::move(became_idle)),
    m_settings(session), m_desk(session.loop(), session.options(), state_folder())
{
}

ImageCalls::~ImageCalls() = default;

ImageCalls::Call* ImageCalls::find(ExchangeId id)
{
  const auto found = m_calls.find(id);
  return found == m_calls.end() ? nullptr : found->second.get();
}

Result<std::vector<Gateway>> ImageCalls::gateways(std::vector<std::string>& names)
{
  auto& host = m_session.host();
  LIMN_TRY_ASSIGN(auto all, host.gateways({}));
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
    return fail(FailureClass::no_gateway, "the only gateway that was found is this server itself",
                "limn init sets up another one");
  }
  if (others.size() < all.size()) {
    std::ranges::transform(others, std::back_inserter(names), &Gateway::name);
  }
  return others;
}

Result<std::vector<std::string>> ImageCalls::models()
{
  m_settings.look();
  std::vector<std::string> names;
  LIMN_TRY_ASSIGN(const auto gateways, this->gateways(names));
  return m_session.host().engine().models(gateways, {});
}

Result<ImageCalls::Asked> ImageCalls::read(const ImageCall& call)
{
  m_settings.look();
  auto& host = m_session.host();
  WorkOrder order;
  LIMN_TRY_ASSIGN(const auto gateways, this->gateways(order.job.gateways));
  LIMN_TRY_ASSIGN(auto wanted, read_images_request(call.body, host.engine().models(gateways, {})));
  const auto names = std::move(order.job.gateways);
  order.job = wanted.job;
  std::vector<Failure> mistakes;
  auto options = read_job(order.job, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  LIMN_TRY(suit_to_gateways(host, options, gateways));
  if (holds_key(order.job, m_session.redactor())) {
    return fail(FailureClass::usage, "a key of this machine stands in the request",
                "nothing was asked for; leave it out");
  }
  Asked asked;
  auto& request = asked.request;
  LIMN_TRY_ASSIGN(const auto fingerprint, fingerprint_of(order.job));
  request.fingerprint = digest_of({call.caller, k_route, fingerprint});
  const auto folder = usual_folder(host.settings());
  order.job.gateways = names;
  order.job.directory = folder.string();
  order.places.to_write = {folder};
  order.hops = call.hops + 1;
  request.door = "serve";
  request.order = to_json(order);
  request.images = options.job.count;
  request.estimate = host.engine().estimate(options.job, gateways, options.engine);
  request.is_listened_to = true;
  request.equal_jobs = call.is_repeat ? EqualJobs::of_a_repeat : EqualJobs::if_unheard;
  if (!call.idempotency_key.empty()) {
    request.request_id = digest_of({call.caller, k_route, call.idempotency_key});
    request.named_for = k_named_for;
    request.equal_jobs = EqualJobs::never_answer;
  }
  asked.dropped = joined(wanted.dropped);
  return asked;
}

void ImageCalls::begin(ExchangeId id, const ImageCall& call, Replied replied)
{
  auto& one = *(m_calls[id] = std::make_unique<Call>());
  one.replied = std::move(replied);
  one.begin = m_session.loop().now();
  auto asked = read(call);
  if (!asked) {
    m_session.loop().post(
      [this, id, error = error_reply(asked.error()), alive = std::weak_ptr(m_alive)]() mutable {
        if (!alive.expired()) {
          reply(id, std::move(error));
        }
      });
    return;
  }
  one.request = std::move(asked->request);
  one.dropped = std::move(asked->dropped);
  put(id);
}

void ImageCalls::put(ExchangeId id)
{
  m_desk.put(find(id)->request, [this, id](Result<PutJob> put) { told(id, std::move(put)); });
}

void ImageCalls::told(ExchangeId id, Result<PutJob> put)
{
  auto* const call = find(id);
  if (call == nullptr) { // the client has gone, and nothing was begun for it
    if (put) {
      left(put->job.id);
      m_desk.end(put->job.id, [](const Result<KeptJob>&) {});
    }
    return;
  }
  if (put) {
    call->as = put->as;
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
  drawing->wait =
    m_desk.wait(job, [this, job](Result<KeptJob> kept) { heard(job, std::move(kept)); });
}

void ImageCalls::heard(const std::string& job, Result<KeptJob> kept)
{
  if (kept && !is_final(kept->state)) {
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
  auto picture = has_images ? PictureAnswer::open(job, m_session.redactor())
                            : Result<std::shared_ptr<PictureAnswer>>(nullptr);
  if (has_images && picture) {
    answer.picture = std::move(*picture);
    answer.headers = answer.picture->headers();
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
  call->replied(std::move(answer));
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
