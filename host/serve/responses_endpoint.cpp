#include "serve/responses_endpoint.hpp"

#include "job/paths.hpp"
#include "serve/replies.hpp"
#include "serve/responses_form.hpp"
#include "serve/whole_body.hpp"

#include <utility>

namespace limn {

std::unique_ptr<RequestReceiver> ResponsesEndpoint::take(ExchangeId id, const RequestHead& head,
                                                         const Caller& caller)
{
  auto called = call_of(head, caller, "POST /v1/responses");
  if (!called) {
    m_parts.replies.error(id, error_reply(called.error()));
    return nullptr;
  }
  return std::make_unique<WholeBody>(
    m_parts, id,
    [this, id, call = std::move(*called)](const std::string& body) mutable {
      EditInputs inputs(state_folder(), call);
      auto echo = read_responses_request(body, inputs, call);
      if (!echo) {
        m_parts.replies.error(id, input_error(echo.error()));
        return;
      }
      m_answers.begin(
        id, call,
        std::make_unique<ResponsesForm>(m_parts.session.redactor(), std::move(*echo), call));
    },
    [this, id](ExchangeEnd end) { m_answers.ended(id, end); });
}

} // namespace limn
