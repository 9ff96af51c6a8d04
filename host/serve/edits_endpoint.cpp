#include "serve/edits_endpoint.hpp"

#include "job/paths.hpp"
#include "serve/edits_request.hpp"
#include "serve/form_upload.hpp"
#include "serve/images_endpoint.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <utility>

namespace limn {

std::unique_ptr<RequestReceiver> EditsEndpoint::take(ExchangeId id, const RequestHead& head,
                                                     const Caller& caller)
{
  auto called = call_of(head, caller, "POST /v1/images/edits");
  if (!called) {
    m_parts.replies.error(id, error_reply(called.error()));
    return nullptr;
  }
  const auto base_url = public_base_url(m_parts, head);
  auto ended = [this, id](ExchangeEnd end) { m_answers.ended(id, end); };
  if (has_form(head)) {
    return std::make_unique<FormUpload>(
      m_parts, id, head.header("content-type"), std::move(*called),
      [this, id, base_url](const ImageCall& call) { begin(id, check_edit(call), call, base_url); },
      std::move(ended));
  }
  return std::make_unique<WholeBody>(
    m_parts, id,
    [this, id, base_url, call = std::move(*called)](const std::string& body) mutable {
      EditInputs inputs(state_folder(), call);
      begin(id, read_edits_request(body, inputs, call), call, base_url);
    },
    std::move(ended));
}

void EditsEndpoint::begin(ExchangeId id, const Done& read, const ImageCall& call,
                          const std::string& base_url)
{
  if (!read) {
    m_parts.replies.error(id, input_error(read.error()));
    return;
  }
  m_answers.begin(id, call, images_form(m_parts, m_links, base_url, "image_edit", call.wanted));
}

} // namespace limn
