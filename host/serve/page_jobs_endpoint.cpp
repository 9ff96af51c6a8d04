#include "serve/page_jobs_endpoint.hpp"

#include "base/json_writer.hpp"
#include "job/envelope.hpp"
#include "serve/images_request.hpp"
#include "serve/page_access.hpp"
#include "serve/page_pictures.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <charconv>
#include <utility>

namespace limn {

namespace {

ErrorReply page_job_error(const Failure& failure)
{
  if (failure.code == k_request_id_reused) {
    return refusal(422, "idempotency_key_reused", "This press stands for another job already.");
  }
  switch (failure.failure_class) {
  case FailureClass::not_found:
    return refusal(404, "not_found", failure.message);
  case FailureClass::billing:
    return error_reply(Ending::budget, failure.message);
  case FailureClass::rate_limited:
  case FailureClass::internal:
    return error_reply(Ending::overloaded, failure.message);
  default:
    return error_reply(failure);
  }
}

// "ID/pictures/N"
struct PictureOfJob {
  std::string job;
  std::size_t place = 0;
};

std::optional<PictureOfJob> picture_of_job(std::string_view path)
{
  constexpr std::string_view k_between = "/pictures/";
  const auto at = path.find(k_between);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  PictureOfJob picture{std::string(path.substr(0, at)), 0};
  const auto digits = path.substr(at + k_between.size());
  const auto* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, picture.place);
  return error == std::errc() && end == last ? std::optional(std::move(picture)) : std::nullopt;
}

} // namespace

std::unique_ptr<RequestReceiver> PageJobsEndpoint::take(ExchangeId id, const RequestHead& head,
                                                        const Caller& caller)
{
  const auto behind = path_behind(head, k_page_jobs_path);
  if (head.method == "POST" && !behind.empty()) {
    m_parts.replies.error(id, refusal(404, "unknown_url", "A press is a POST to /api/jobs."),
                          page_headers());
    return nullptr;
  }
  if (head.method == "POST") {
    return begin(id, head, caller);
  }
  if (head.method == "DELETE") {
    m_jobs.end(std::string(behind),
               [this, id](const Result<std::string>& json) { tell(id, json, 200); });
  } else if (behind.empty()) {
    m_jobs.list([this, id](const Result<std::string>& json) { tell(id, json, 200); });
  } else {
    send_picture(id, behind);
  }
  return nullptr;
}

// Whoever goes away with the press half told has pressed all the same.
std::unique_ptr<RequestReceiver> PageJobsEndpoint::begin(ExchangeId id, const RequestHead& head,
                                                         const Caller& caller)
{
  auto press = read_idempotency_key(head.header("idempotency-key"));
  if (!press) {
    m_parts.replies.error(id,
                          refusal(400, "missing_required_parameter",
                                  "A press has an Idempotency-Key: its request may come twice."),
                          page_headers());
    return nullptr;
  }
  return std::make_unique<WholeBody>(
    m_parts, id,
    [this, id, press = std::move(*press), caller](const std::string& body) {
      ++m_begun;
      m_jobs.begin(caller, press, body, [this, id](const Result<std::string>& json) {
        --m_begun;
        tell(id, json, 202);
        m_parts.became_idle();
      });
    },
    [](ExchangeEnd) {});
}

void PageJobsEndpoint::tell(ExchangeId id, const Result<std::string>& json, int status)
{
  if (json) {
    m_parts.replies.json(id, *json, page_headers(), status);
  } else {
    m_parts.replies.error(id, page_job_error(json.error()), page_headers());
  }
}

// One that is gone by now is no error: the picture itself is about to come.
void PageJobsEndpoint::send_preview(ExchangeId id, std::string_view job, std::string_view name)
{
  m_disk.run(
    [file = m_jobs.preview(std::string(job), name)]() -> Result<OpenPicture> {
      LIMN_TRY(file);
      return open_picture(*file);
    },
    [this, id](Result<OpenPicture> picture) {
      if (picture) {
        reply_with_picture(m_parts.replies, id, std::move(picture), {});
      } else {
        m_parts.replies.whole(id, {204, page_headers(), {}}, {});
      }
    });
}

void PageJobsEndpoint::send_picture(ExchangeId id, std::string_view path)
{
  constexpr std::string_view k_preview = "/previews/";
  const auto send = [this, id](Result<std::filesystem::path> file) {
    m_disk.run(
      [file = std::move(file)]() -> Result<OpenPicture> {
        LIMN_TRY(file);
        return open_picture(*file);
      },
      [this, id](Result<OpenPicture> picture) {
        reply_with_picture(m_parts.replies, id, std::move(picture), {});
      });
  };
  if (const auto at = path.find(k_preview); at != std::string_view::npos) {
    send_preview(id, path.substr(0, at), path.substr(at + k_preview.size()));
  } else if (const auto wanted = picture_of_job(path); wanted) {
    m_jobs.picture(wanted->job, wanted->place, send);
  } else {
    m_parts.replies.error(id, refusal(404, "not_found", "There is no such picture."),
                          page_headers());
  }
}

std::unique_ptr<RequestReceiver> EstimateEndpoint::take(ExchangeId id, const RequestHead& /*head*/,
                                                        const Caller& caller)
{
  const auto told = [this, id, caller](const std::string& body) {
    const auto price = m_jobs.price(caller, body);
    if (!price) {
      m_parts.replies.error(id, page_job_error(price.error()), page_headers());
      return;
    }
    const auto& attempts = price->plan.attempts;
    JsonWriter json;
    json.begin_object();
    json.key("cost"); // should the first one draw it
    write_cost(json, attempts.empty() ? price->at_most : attempts.front().cost);
    json.key("at_most");
    write_cost(json, price->at_most);
    if (!attempts.empty()) {
      json.member("gateway", attempts.front().gateway.name);
      json.member("model", attempts.front().model);
      json.optional_member("size", attempts.front().size);
      json.optional_member("quality", attempts.front().quality());
    }
    json.key("notices");
    json.begin_array();
    for (const auto& notice : price->plan.notices) {
      json.text(notice);
    }
    json.end_array();
    json.optional_member("problem",
                         price->plan.problem ? price->plan.problem->message : std::string());
    json.end_object();
    m_parts.replies.json(id, json.str(), page_headers());
  };
  return std::make_unique<WholeBody>(m_parts, id, told, [](ExchangeEnd) {});
}

std::unique_ptr<RequestReceiver> GatewaysEndpoint::take(ExchangeId id, const RequestHead& /*head*/,
                                                        const Caller& /*caller*/)
{
  const auto gateways = m_jobs.gateways();
  if (!gateways) {
    m_parts.replies.error(id, error_reply(gateways.error()), page_headers());
    return nullptr;
  }
  JsonWriter json;
  json.begin_object();
  json.key("gateways");
  json.begin_array();
  for (const auto& gateway : *gateways) {
    json.begin_object();
    json.member("name", gateway.name);
    json.member("base_url", gateway.base_url);
    json.optional_member("problem", gateway.problem);
    json.key("models");
    json.begin_array();
    for (const auto& model : m_parts.session.host().engine().models({gateway}, {})) {
      json.text(model);
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  m_parts.replies.json(id, json.str(), page_headers());
  return nullptr;
}

} // namespace limn
