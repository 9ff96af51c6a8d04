#include "serve/call_answers.hpp"

#include "serve/replies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::seconds k_keep_alive_every{10};

void redact(HeaderList& headers, const Redactor& redactor)
{
  for (auto& [name, value] : headers) {
    value = redactor.redact_own(value);
  }
}

std::string job_told_in(const HeaderList& headers)
{
  const auto found = std::ranges::find(headers, "x-limn-job", &HeaderList::value_type::first);
  return found == headers.end() ? std::string() : found->second;
}

} // namespace

struct CallAnswers::Answer {
  std::unique_ptr<AnswerForm> form;
  Delivery delivery = Delivery::whole;
  Timer keep_alive; // of a stream
};

CallAnswers::CallAnswers(const ServerParts& parts, ImageCalls& calls)
  : m_parts(parts), m_calls(calls)
{
}

CallAnswers::~CallAnswers() = default;

Result<ImageCall> call_of(const RequestHead& head, const Caller& caller, std::string_view route)
{
  ImageCall call;
  if (const auto text = head.header("idempotency-key"); !text.empty()) {
    LIMN_TRY_ASSIGN(call.idempotency_key, read_idempotency_key(text));
  }
  call.route = route;
  call.caller = caller;
  call.is_repeat = says_that_it_repeats(head);
  call.hops = hops_of(head).value_or(0);
  return call;
}

void CallAnswers::begin(ExchangeId id, const ImageCall& call, std::unique_ptr<AnswerForm> form)
{
  auto& answer = *(m_answers[id] = std::make_unique<Answer>());
  answer.form = std::move(form);
  answer.delivery = call.wanted.delivery;
  ImageWaiter waiter;
  waiter.replied = [this, id](ImageReply reply) { replied(id, std::move(reply)); };
  if (answer.delivery == Delivery::stream) {
    keep_alive(id);
  }
  if (answer.delivery == Delivery::stream && call.wanted.previews > 0) {
    waiter.shown = [this, id](const KeptPreview& preview) { shown(id, preview); };
  }
  m_calls.begin(id, call, std::move(waiter));
}

void CallAnswers::keep_alive(ExchangeId id)
{
  m_answers.at(id)->keep_alive = m_parts.session.loop().after(k_keep_alive_every, [this, id] {
    auto headers = m_calls.headers_so_far(id);
    const bool is_begun = m_parts.replies.is_begun(id);
    if (!is_begun && !headers.empty()) {
      const auto job = job_told_in(headers);
      begin_stream(id, std::move(headers), job);
    }
    // A client that takes nothing is told nothing more.
    if (m_parts.replies.is_begun(id) && !m_parts.replies.is_sending(id)
        && m_parts.replies.waiting(id) == 0) {
      auto comment = std::make_shared<PictureBody>();
      comment->add(": limn\n\n");
      m_parts.replies.send(id, std::move(comment));
    }
    keep_alive(id);
  });
}

void CallAnswers::begin_stream(ExchangeId id, HeaderList headers, const std::string& job)
{
  auto& replies = m_parts.replies;
  if (replies.is_begun(id)) {
    return;
  }
  redact(headers, m_parts.session.redactor());
  headers.emplace_back("content-type", "text/event-stream; charset=utf-8");
  headers.emplace_back("cache-control", "no-cache");
  headers.emplace_back("x-accel-buffering", "no"); // nginx would hold it back
  replies.begin(id, {200, std::move(headers), {}});
  if (auto opening = m_answers.at(id)->form->opening(job)) {
    replies.send(id, std::move(opening));
  }
}

void CallAnswers::shown(ExchangeId id, const KeptPreview& preview)
{
  auto file = PictureFile::open(preview.file);
  if (!file) { // its image is there by now
    return;
  }
  auto headers = m_calls.headers_so_far(id);
  const auto job = job_told_in(headers);
  begin_stream(id, std::move(headers), job);
  m_parts.replies.send(id, m_answers.at(id)->form->preview(preview, std::move(*file)));
}

void CallAnswers::replied(ExchangeId id, ImageReply reply)
{
  auto& answer = *m_answers.at(id);
  answer.keep_alive.cancel();
  if (reply.error) {
    send_error(id, *reply.error, std::move(reply.headers));
    return;
  }
  auto& replies = m_parts.replies;
  if (answer.delivery == Delivery::stream) {
    begin_stream(id, std::move(reply.headers), reply.drawn->job);
    replies.send(id, answer.form->completed(*reply.drawn));
    replies.finish_behind(id);
    return;
  }
  redact(reply.headers, m_parts.session.redactor());
  reply.headers.emplace_back("content-type", "application/json");
  replies.body(id, answer.form->whole(*reply.drawn), std::move(reply.headers));
}

void CallAnswers::send_error(ExchangeId id, const ErrorReply& error, HeaderList headers)
{
  auto& replies = m_parts.replies;
  if (replies.is_begun(id)) {
    replies.send(id, m_answers.at(id)->form->failed(error));
    replies.finish_behind(id);
    return;
  }
  redact(headers, m_parts.session.redactor());
  replies.error(id, error, std::move(headers));
}

void CallAnswers::ended(ExchangeId id, ExchangeEnd end)
{
  m_answers.erase(id);
  m_calls.ended(id, end);
}

} // namespace limn
