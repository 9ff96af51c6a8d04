#include "base/json.hpp"
#include "serve/pass_through.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <algorithm>
#include <utility>

namespace limn {

namespace {

bool asks_for_picture(const rapidjson::Value& json)
{
  const auto* tools = member(json, "tools");
  return tools != nullptr && tools->IsArray()
         && std::ranges::any_of(tools->GetArray(), [](const auto& tool) {
              return string_or_empty(member(tool, "type")) == "image_generation";
            });
}

} // namespace

// The body has to be seen whole; then it goes on as if it had just come.
class PassedResponses::Reading : public RequestReceiver
{
public:
  Reading(PassedResponses& responses, ExchangeId id, RequestHead head, Caller caller)
    : m_responses(responses), m_id(id), m_head(std::move(head)), m_caller(std::move(caller)),
      m_body(
        responses.m_parts, id, [this](const std::string& body) { take(body); }, [](ExchangeEnd) {})
  {
  }

  void body(std::string_view piece) override { m_body.body(piece); }
  void received() override { m_body.received(); }
  void drained() override
  {
    if (m_passing) {
      m_passing->drained();
    }
  }
  void ended(ExchangeEnd end) override
  {
    m_body.ended(end);
    m_responses.m_parts.bodies.give_back(std::exchange(m_held, 0));
    if (m_passing) {
      m_passing->ended(end);
    }
  }

private:
  void take(const std::string& body)
  {
    auto& replies = m_responses.m_parts.replies;
    const auto json = parse_json(body);
    if (!json || !json->IsObject()) {
      replies.error(m_id, refusal(400, "invalid_json", "The body is no JSON object."));
      return;
    }
    if (!m_responses.m_parts.bodies.take(body.size())) {
      replies.error(m_id,
                    error_reply(Ending::overloaded, "Too many large requests at once. Nothing "
                                                    "was asked for."));
      return;
    }
    m_held = body.size();
    m_head.body_size = body.size();
    Endpoint& endpoint =
      asks_for_picture(*json) ? m_responses.m_drawing : static_cast<Endpoint&>(m_responses.m_pass);
    m_passing = endpoint.take(m_id, m_head, m_caller);
    if (m_passing && !body.empty()) {
      m_passing->body(body);
      m_passing->received();
    }
  }

  PassedResponses& m_responses;
  ExchangeId m_id;
  RequestHead m_head;
  Caller m_caller;
  WholeBody m_body;
  std::uint64_t m_held = 0; // of the room, until it has been passed on
  std::unique_ptr<RequestReceiver> m_passing;
};

std::unique_ptr<RequestReceiver> PassedResponses::take(ExchangeId id, const RequestHead& head,
                                                       const Caller& caller)
{
  if (const auto error = refusal_of_body(head, k_most_body)) {
    m_parts.replies.error(id, *error);
    return nullptr;
  }
  return std::make_unique<Reading>(*this, id, head, caller);
}

} // namespace limn
