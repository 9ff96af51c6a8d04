#include "serve/images_endpoint.hpp"

#include "serve/images_request.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <utility>

namespace limn {

std::unique_ptr<RequestReceiver> ImagesEndpoint::take(ExchangeId id, const RequestHead& head,
                                                      const Caller& caller)
{
  ImageCall call;
  if (const auto text = head.header("idempotency-key"); !text.empty()) {
    auto key = read_idempotency_key(text);
    if (!key) {
      m_parts.replies.error(id, error_reply(key.error()));
      return nullptr;
    }
    call.idempotency_key = std::move(*key);
  }
  call.caller = caller;
  call.is_repeat = says_that_it_repeats(head);
  call.hops = hops_of(head).value_or(0);
  return std::make_unique<WholeBody>(
    m_parts, id,
    [this, id, call = std::move(call)](std::string body) mutable {
      call.body = std::move(body);
      m_calls.begin(id, call, [this, id](ImageReply reply) { replied(id, std::move(reply)); });
    },
    [this, id](ExchangeEnd end) { m_calls.ended(id, end); });
}

void ImagesEndpoint::replied(ExchangeId id, ImageReply reply)
{
  for (auto& [name, value] : reply.headers) {
    value = m_parts.session.redactor().redact_own(value);
  }
  if (reply.error) {
    m_parts.replies.error(id, *reply.error, std::move(reply.headers));
    return;
  }
  reply.headers.emplace_back("content-type", "application/json");
  m_parts.replies.body(id, std::move(reply.picture), std::move(reply.headers));
}

} // namespace limn
