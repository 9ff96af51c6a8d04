#include "sandbox/jobs.hpp"

#include <fmt/format.h>

namespace limn::sandbox {

namespace {

constexpr std::string_view k_page =
  "<html><head><title>503 Service Temporarily Unavailable</title></head></html>\n";

constexpr int k_done_at = 3; // questions

// How either dialect says that a job has come so far; `error` is JSON, or empty.
Answer told(const Order& order, const std::string& id, std::string_view status,
            std::string_view error = "null")
{
  if (order.route == Route::responses) {
    return answer_with(
      200,
      fmt::format(
        R"({{"id":"{}","object":"response","background":true,"status":"{}","error":{},"output":[]}})",
        id, status == "generating" ? "in_progress" : status, error));
  }
  return answer_with(
    200,
    fmt::format(
      R"({{"id":"{}","kind":"img_gen","status":"{}","created":1777370000,"queue_position":{},"result":null,"error":{}}})",
      id, status, status == "queued" ? 1 : 0, error));
}

Answer done(const Order& order, const std::string& id, const ChosenBehaviour& behaviour,
            const Publish& publish)
{
  if (order.route == Route::responses) {
    return draw(order, behaviour, publish);
  }
  const auto image = render(order, behaviour, publish);
  return answer_with(
    200, "application/json",
    fmt::format(
      R"({{"id":"{}","kind":"img_gen","status":"completed","created":1777370000,"queue_position":0,"result":{{"output_format":"png","images":[{{"index":0,"b64_json":"{}"}}]}},"error":null}})",
      id, image.base64 ? *image.base64 : image.url));
}

// Of a job that /images took.
Answer told_at_images(Instead how, const std::string& id, int question, std::string_view url)
{
  if (how == Instead::failed_job && question > 1) {
    return answer_with(
      200, fmt::format(R"({{"code":200,"data":{{"id":"{}","status":"failed","error":{{"message":)"
                       R"("upstream draws nothing today"}}}}}})",
                       id));
  }
  if (question == 1) {
    return answer_with(
      200, fmt::format(R"({{"code":200,"data":{{"id":"{}","status":"processing"}}}})", id));
  }
  return answer_with(
    200, fmt::format(R"({{"code":200,"data":{{"id":"{}","status":"completed","result":{{"images":)"
                     R"([{{"url":["{}"],"expires_at":1777370000}}]}}}}}})",
                     id, url));
}

} // namespace

Answer Jobs::submit_at_images(const Order& order, const ChosenBehaviour& behaviour,
                              std::string_view root, const Publish& publish)
{
  const auto how = behaviour.row->instead;
  const auto id = fmt::format("task_{}", m_entries.size() + 1);
  if (how == Instead::vendor_urls) {
    return answer_with(
      200, fmt::format(R"({{"id":"1","data":{{"image_urls":["{}"]}},"metadata":{{"success_count":)"
                       R"("1"}},"base_resp":{{"status_code":0,"status_msg":"success"}}}})",
                       render(order, behaviour, publish).url));
  }
  if (how == Instead::vendor_events) {
    return answer_with(
      200, "text/event-stream",
      fmt::format(
        "event: image_generation.partial_succeeded\n"
        R"(data: {{"type":"image_generation.partial_succeeded","image_index":0,"url":"{}"}})"
        "\n\nevent: image_generation.completed\n"
        R"(data: {{"type":"image_generation.completed","usage":{{"generated_images":1}}}})"
        "\n\ndata: [DONE]\n\n",
        render(order, behaviour, publish).url));
  }
  if (how != Instead::lost_job) {
    m_entries.emplace(id, Entry{order, behaviour});
  }
  if (how == Instead::told_job) {
    return answer_with(
      202, fmt::format(R"({{"task_id":"{}","status":"processing","poll_url":"{}/jobs/{}"}})", id,
                       root, id));
  }
  return answer_with(
    200, fmt::format(R"({{"code":200,"data":[{{"status":"submitted","task_id":"{}"}}]}})", id));
}

Answer Jobs::submit(const Order& order, const ChosenBehaviour& behaviour, std::string_view root,
                    const Publish& publish)
{
  if (order.route == Route::images) {
    return submit_at_images(order, behaviour, root, publish);
  }
  const auto id =
    fmt::format("{}_{}", order.route == Route::responses ? "resp" : "job", m_entries.size() + 1);
  m_entries.emplace(id, Entry{order, behaviour});
  if (order.route == Route::responses) {
    return told(order, id, "queued");
  }
  const auto* origin =
    behaviour.row->job == Job::elsewhere ? "http://169.254.169.254/latest" : "/sdcpp/v1/jobs";
  return answer_with(
    202,
    fmt::format(
      R"({{"id":"{}","kind":"img_gen","status":"queued","created":1777370000,"poll_url":"{}/{}"}})",
      id, origin, id));
}

std::optional<Answer> Jobs::answer(const Request& request, std::string_view path,
                                   const Publish& publish)
{
  constexpr std::string_view prefixes[] = {"/v1/responses/", "/sdcpp/v1/jobs/", "/v1/tasks/",
                                           "/jobs/"};
  constexpr std::string_view stop = "/cancel";
  for (const auto prefix : prefixes) {
    if (!path.starts_with(prefix)) {
      continue;
    }
    std::string id(path.substr(prefix.size()));
    const bool is_stop = request.method == "POST" && id.ends_with(stop);
    if (is_stop) {
      id.resize(id.size() - stop.size());
    }
    const auto found = m_entries.find(id);
    if (found == m_entries.end()) {
      return std::nullopt;
    }
    found->second.is_cancelled = found->second.is_cancelled || is_stop;
    return state(id, found->second, publish);
  }
  return std::nullopt;
}

Answer Jobs::state(const std::string& id, Entry& entry, const Publish& publish)
{
  const auto& order = entry.order;
  const auto course = entry.behaviour.row->job;
  if (entry.is_cancelled) {
    return told(order, id, "cancelled",
                order.route == Route::responses
                  ? "null"
                  : R"({"code":"cancelled","message":"job cancelled by client"})");
  }
  const int question = ++entry.questions;
  if (order.route == Route::images) {
    const auto how = entry.behaviour.row->instead;
    const bool is_done = question > 1 && how != Instead::failed_job;
    return told_at_images(how, id, question,
                          is_done ? render(order, entry.behaviour, publish).url : std::string());
  }
  if (course == Job::gone) {
    return answer_with(410, R"({"error":"job expired"})");
  }
  if (course == Job::hangs_up_once && question == 1) {
    Answer nothing;
    nothing.ending = Ending::closed_unanswered;
    return nothing;
  }
  if (course == Job::unavailable_twice && question <= 2) {
    return answer_with(503, std::string(k_page));
  }
  if (course == Job::page_twice && question <= 2) {
    return answer_with(200, std::string(k_page));
  }
  if (question == 1) {
    return told(order, id, "queued");
  }
  if (course == Job::fails) {
    return told(
      order, id, "failed",
      R"({"code":"generation_failed","message":"generate_image returned empty results"})");
  }
  if (question < k_done_at || course == Job::never_ends) {
    return told(order, id, "generating");
  }
  auto answer = done(order, id, entry.behaviour, publish);
  if (course == Job::cuts_once && question == k_done_at) {
    cut_in_the_middle(answer);
  }
  return answer;
}

} // namespace limn::sandbox
