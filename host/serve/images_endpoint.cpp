#include "serve/images_endpoint.hpp"

#include "serve/images_form.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <utility>

namespace limn {

std::string public_base_url(const ServerParts& parts, const RequestHead& head)
{
  return parts.settings.public_url.empty() ? "http://" + std::string(head.header("host"))
                                           : parts.settings.public_url;
}

std::unique_ptr<AnswerForm> images_form(const ServerParts& parts, PictureLinks& links,
                                        const std::string& base_url, std::string_view event,
                                        const ImagesRequest& wanted)
{
  ImagesForm::Address address;
  if (wanted.text == PictureText::address) {
    address = [&links, base_url](const std::string& job, const DrawnPicture& picture) {
      return links.make(base_url, {job, picture.path});
    };
  }
  return std::make_unique<ImagesForm>(parts.session.redactor(), event, wanted.job,
                                      std::move(address));
}

std::unique_ptr<RequestReceiver> ImagesEndpoint::take(ExchangeId id, const RequestHead& head,
                                                      const Caller& caller)
{
  auto call = call_of(head, caller, "POST /v1/images/generations");
  if (!call) {
    m_parts.replies.error(id, error_reply(call.error()));
    return nullptr;
  }
  return std::make_unique<WholeBody>(
    m_parts, id,
    [this, id, call = std::move(*call),
     base_url = public_base_url(m_parts, head)](const std::string& body) mutable {
      auto wanted = read_images_request(body);
      if (!wanted) {
        m_parts.replies.error(id, error_reply(wanted.error()));
        return;
      }
      call.wanted = std::move(*wanted);
      m_answers.begin(id, call,
                      images_form(m_parts, m_links, base_url, "image_generation", call.wanted));
    },
    [this, id](ExchangeEnd end) { m_answers.ended(id, end); });
}

} // namespace limn
