#include "common/job_pursuit.hpp"

#include "common/answer_reading.hpp"

#include <algorithm>
#include <utility>

namespace limn::plugins {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds k_longest_wait{5'000};

// A job may be taken before the place where it is asked after knows it.
constexpr int k_most_rounds = 3;
constexpr int k_most_rounds_in_trouble = 12;

bool is_passing(std::uint32_t status)
{
  return status >= 500 || status == 429 || status == 408 || status == 425;
}

} // namespace

JobPursuit::JobPursuit(sdk::Host host, std::string_view base_url, GatewayJob job,
                       ReportImages report_images)
  : m_host(host), m_job(std::move(job)), m_report_images(std::move(report_images))
{
  const auto authority = base_url.find("://");
  const auto path = base_url.find('/', authority == std::string_view::npos ? 0 : authority + 3);
  m_origin = base_url.substr(0, path);
  m_base_path = path == std::string_view::npos ? std::string() : std::string(base_url.substr(path));
  for (const auto& address : m_job.addresses) {
    add_told(address);
  }
  m_told_places = m_places.size();
  if (!m_job.id.empty()) {
    add_known(percent_encoded(m_job.id));
  }
  for (const auto& address : m_job.result_addresses) {
    add_told(address);
  }
}

// An address on another server may name the same place of this one: relays pass on what their
// upstream told them, and those behind a proxy know no name of their own. The key stays here.
void JobPursuit::add_told(const std::string& address)
{
  std::string_view rest = address;
  rest = rest.substr(0, rest.find('#'));
  if (const auto authority = rest.find("://"); authority != std::string_view::npos) {
    const auto path = rest.find('/', authority + 3);
    if (path == std::string_view::npos) {
      return;
    }
    rest.remove_prefix(path);
  }
  const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7f && c != '\\'; };
  if (rest.empty() || rest.size() > 4096 || !std::all_of(rest.begin(), rest.end(), is_plain)) {
    return;
  }
  if (!rest.starts_with('/')) {
    add({"/" + std::string(rest), {}});
    return;
  }
  if (rest.starts_with("//")) {
    return;
  }
  add({"/", std::string(rest)});
  if (!rest.starts_with(m_base_path + "/")) {
    add({std::string(rest), {}});
  }
}

// Sources, in this order: APIMart, ModelScope, EvoLink, LemonData; new-api, Kling, ToAPIs; sub2api;
// DashScope; Replicate, WaveSpeed; Z.ai; Ideogram; kie.ai; PiAPI; Black Forest Labs; Midjourney
// proxies; the Responses API. What a gateway does not have it answers with a 404, for nothing.
void JobPursuit::add_known(const std::string& id)
{
  add({"/tasks/" + id, {}});
  add({"/images/generations/" + id, {}});
  add({"/images/tasks/" + id, {}});
  add({"/", "/api/v1/tasks/" + id});
  add({"/", "/v1/tasks/" + id});
  add({"/predictions/" + id, {}});
  add({"/async-result/" + id, {}});
  add({"/generations/" + id, {}});
  add({"/jobs/" + id, {}});
  add({"/task/" + id, {}});
  add({"/images/" + id, {}});
  add({"/", "/api/v1/jobs/recordInfo?taskId=" + id});
  add({"/get_result?id=" + id, {}});
  add({"/images/generations?task_id=" + id, {}});
  add({"/images/generations?generation_id=" + id, {}});
  add({"/", "/mj/task/" + id + "/fetch"});
  add({"/responses/" + id, {}});
}

void JobPursuit::add(Place place)
{
  const auto url = [this](const Place& of) {
    return of.target.empty() ? m_base_path + of.path : of.target;
  };
  const bool is_known = std::any_of(m_places.begin(), m_places.end(),
                                    [&](const Place& old) { return url(old) == url(place); });
  if (!is_known) {
    m_places.push_back(std::move(place));
  }
}

sdk::Step JobPursuit::next()
{
  if (m_is_over) {
    return sdk::Finish{};
  }
  if (m_places.empty()) {
    throw named(
      {LIMN_OUTCOME_UNKNOWN, "the gateway took a job, and did not say where to ask after it"});
  }
  if (std::exchange(m_must_wait, false)) {
    const auto wait = std::max(m_wait, std::exchange(m_asked_wait, milliseconds(0)));
    m_wait = std::min(m_wait * 3 / 2, k_longest_wait);
    return sdk::Wait{wait};
  }
  m_said = Said::nothing;
  const auto& place = m_places[m_place];
  sdk::Request question;
  question.method = "GET";
  question.path = place.path;
  question.target = place.target;
  question.headers = {{"Accept", "application/json"},
                      {"X-ModelScope-Task-Type", "image_generation"}};
  return sdk::Send{std::move(question)};
}

void JobPursuit::receive(const sdk::Event& event, sdk::Results& results)
{
  if (event.kind == LIMN_EVENT_MESSAGE) {
    read(event, results);
  } else if (event.kind == LIMN_EVENT_END) {
    end(event);
  }
}

void JobPursuit::read(const sdk::Event& event, sdk::Results& results)
{
  if (m_is_over || m_said != Said::nothing) {
    return;
  }
  const auto content = sdk::from_abi(event.content);
  const auto message = event.format == LIMN_FORMAT_JSON ? parse_json(content) : JsonDocument();
  if (!is_success(event) || message.IsNull()) {
    return; // its end says what that means
  }
  const auto told = gateway_job_in(message, event);
  const bool is_preview = told.course == JobCourse::pending && !has_bytes(images_in(message));
  if (!is_preview && told.course != JobCourse::failed && m_report_images(message, results) > 0) {
    m_is_over = true;
    return;
  }
  if (!m_is_settled && !is_about_job(event, told)) {
    m_said = Said::not_here;
    return;
  }
  m_is_settled = true;
  if (told.course == JobCourse::untold) { // an answer about something else than the job's course
    if (const auto failure = m_host.failure_in(event)) {
      if (failure->status != LIMN_SERVER && failure->status != LIMN_RATE_LIMITED) {
        throw named(*failure);
      }
      m_said = Said::trouble;
      return;
    }
  }
  if (told.course == JobCourse::failed) {
    auto failure = m_host.failure_in(event);
    if ((!failure || failure->status == LIMN_SERVER) && !told.reason.empty()) {
      failure = refusal_for(event, told.reason);
    }
    if (!failure) {
      const auto word = told.status;
      const bool is_content = word.find("oderated") != std::string::npos || word == "nsfw";
      failure = sdk::Failure(is_content ? LIMN_CONTENT : LIMN_SERVER,
                             "the job ended as " + (word.empty() ? "failed" : word)
                               + (told.reason.empty() ? "" : ": " + shortened(told.reason)));
    }
    throw named(std::move(*failure));
  }
  m_said = told.course == JobCourse::done ? Said::done : Said::pending;
  m_asked_wait = retry_after(event);
  for (const auto& address : told.result_addresses) {
    m_job.result_addresses.push_back(address);
  }
  note_state(told.status.empty() ? "under way" : told.status, results);
}

// What the host's classifier makes of a job's reason, if that is a refusal for content.
std::optional<sdk::Failure> JobPursuit::refusal_for(const sdk::Event& event,
                                                    std::string_view reason) const
{
  JsonText text;
  JsonWriter json(text);
  json.StartObject();
  json.Key("message");
  json.String(reason.data(), static_cast<rapidjson::SizeType>(reason.size()));
  json.EndObject();
  auto as_refusal = event;
  as_refusal.http_status = 400;
  as_refusal.content = sdk::to_abi(std::string_view(text.GetString(), text.GetSize()));
  auto failure = m_host.failure_in(as_refusal);
  return failure && failure->status == LIMN_CONTENT ? failure : m_host.failure_in(event);
}

// Some answer any question with a 200: with a page, an error, or an empty list.
bool JobPursuit::is_about_job(const sdk::Event& event, const GatewayJob& told) const
{
  const auto content = sdk::from_abi(event.content);
  const bool names_it = !m_job.id.empty() && content.find(m_job.id) != std::string_view::npos;
  const bool is_error = m_host.failure_in(event).has_value();
  return told.course == JobCourse::failed
           ? names_it || !is_error || m_place < m_told_places
           : !is_error && (told.course != JobCourse::untold || names_it);
}

void JobPursuit::end(const sdk::Event& event)
{
  if (m_is_over) {
    return;
  }
  if (m_said == Said::nothing) {
    const bool is_page = m_is_settled && is_success(event);
    m_said = is_passing(event.http_status) || is_page ? Said::trouble : Said::not_here;
  }
  if (m_said == Said::trouble) {
    const auto failure = m_host.failure_in(event);
    m_asked_wait = failure ? failure->retry_after.value_or(retry_after(event)) : retry_after(event);
  }
  if (!m_is_settled) {
    m_has_trouble = m_has_trouble || m_said == Said::trouble;
    try_next_place();
    return;
  }
  m_must_wait = true;
  if (m_said == Said::done) {
    if (!go_to_result()) {
      throw named({LIMN_NO_IMAGE, "the job is done, and its answer holds no image"});
    }
    m_must_wait = false;
  } else if (m_said == Said::not_here) {
    throw_gone(event);
  }
}

void JobPursuit::throw_gone(const sdk::Event& event) const
{
  const auto status = event.http_status;
  if (auto failure = m_host.failure_in(event); failure && status != 404 && status != 410) {
    throw named(std::move(*failure));
  }
  throw named({LIMN_OUTCOME_UNKNOWN,
               "the gateway took the job, and does not know it any more (HTTP "
                 + std::to_string(status) + ")",
               "The image may have been drawn and charged for."});
}

void JobPursuit::try_next_place()
{
  if (++m_place < m_places.size()) {
    return;
  }
  m_place = 0;
  m_must_wait = true;
  const int most = std::exchange(m_has_trouble, false) ? k_most_rounds_in_trouble : k_most_rounds;
  if (++m_round >= most) {
    throw named({LIMN_OUTCOME_UNKNOWN,
                 "the gateway took a job instead of drawing at once, and none of the places where "
                 "limn asks after one knows it",
                 "Look for the job on the gateway's own pages: its image may be there, and may be "
                 "charged for."});
  }
}

// Where the status is at one place and the images at another.
bool JobPursuit::go_to_result()
{
  const auto current = m_places[m_place];
  for (const auto& address : std::exchange(m_job.result_addresses, {})) {
    if (std::find(m_seen_results.begin(), m_seen_results.end(), address) != m_seen_results.end()) {
      continue;
    }
    m_seen_results.push_back(address);
    m_places.clear();
    m_place = 0;
    add_told(address);
    if (!m_places.empty()) {
      m_is_settled = false;
      m_round = 0;
      return true;
    }
    m_places = {current};
  }
  return false;
}

void JobPursuit::note_state(std::string_view words, sdk::Results& results) const
{
  results.note("state", name() + ": " + shortened(words));
}

std::string JobPursuit::name() const
{
  return m_job.id.empty() ? "the job" : "job " + shortened(m_job.id);
}

// What is paid for can be fetched by hand by whoever knows what it is called.
sdk::Failure JobPursuit::named(sdk::Failure failure) const
{
  std::string where;
  if (!m_job.id.empty()) {
    where += "; the job is " + shortened(m_job.id);
  }
  if (!m_job.addresses.empty()) {
    where += "; the gateway told this address of it: " + shortened(m_job.addresses.front());
  } else if (!m_job.result_addresses.empty()) {
    where += "; the gateway told this address of it: " + shortened(m_job.result_addresses.front());
  }
  failure.message += where;
  return failure;
}

} // namespace limn::plugins
