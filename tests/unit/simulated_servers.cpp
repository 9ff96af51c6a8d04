#include "simulated_servers.hpp"

#include "answer_bodies.hpp"

#include <algorithm>
#include <charconv>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

// The number behind `what`; nothing if that is not in the text.
std::optional<int> number_behind(std::string_view text, std::string_view what)
{
  const auto at = text.find(what);
  int number = 0;
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  text.remove_prefix(at + what.size());
  text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<int> number_in(const HttpRequest& request, std::string_view what)
{
  for (const auto& piece : request.body) {
    if (const auto number = number_behind(piece.text, what)) {
      return number;
    }
  }
  return std::nullopt;
}

// How many images a request asks for: "n", of JSON or of a form, whose value is a piece of its own.
int images_asked(const HttpRequest& request)
{
  if (const auto in_json = number_in(request, R"("n":)")) {
    return *in_json;
  }
  for (std::size_t i = 0; i + 1 < request.body.size(); ++i) {
    if (request.body[i].text.find(R"(name="n")") != std::string::npos) {
      return number_behind(request.body[i + 1].text, "").value_or(1);
    }
  }
  return 1;
}

bool is_drawing(const HttpRequest& request)
{
  return request.method == "POST" && !request.url.ends_with("/cancel");
}

// Such an answer is a refusal where it is cut.
bool is_client_error(const Reply& reply)
{
  return reply.bytes.starts_with("HTTP/1.1 4");
}

} // namespace

ScriptedClient::Script SimulatedServers::script()
{
  return {[this](HttpClient::TransferId, const Url&) { return opening(); },
          [this](const SeenRequest& request) { return over_the_wire(reply(request)); },
          [this](HttpClient::TransferId transfer) { broken(transfer); },
          [this](HttpClient::TransferId transfer, bool is_over) {
            if (is_over) {
              told(transfer);
            }
          }};
}

void SimulatedServers::begins(HttpClient::TransferId transfer, const HttpRequest& request)
{
  const auto number = is_drawing(request) ? number_in(request, "fox ") : std::nullopt;
  if (!number || m_world.fate.is_dead()) {
    return;
  }
  auto& job = m_world.jobs.at(static_cast<std::size_t>(*number));
  DrawingSeen seen;
  seen.job = *number;
  seen.process = static_cast<int>(m_world.was_killed.size());
  seen.images = images_asked(request);
  ++job.requests;
  if (!job.permit || job.requests > job.allowed) {
    m_world.complain("job {}: a request is begun before its gate said yes", *number);
  }
  if (job.is_forbidden) {
    m_world.complain("job {}: a request is begun after it was cancelled", *number);
  }
  seen.attempt = job.permit.value_or(AttemptId::none);
  const auto mark = static_cast<int>(m_world.drawings.size());
  m_world.story.tell("job {}: attempt {} begins drawing {} of {} at {}", *number,
                     static_cast<int>(seen.attempt), mark, seen.images, request.url);
  m_drawings.emplace(transfer, mark);
  m_world.drawings.push_back(seen);
  m_world.fate.step();
}

Opening SimulatedServers::opening()
{
  auto& world = m_world;
  Opening opening;
  opening.delay = milliseconds(world.one_in(24) ? world.between(500, 4'000) : world.between(0, 40));
  switch (world.between(0, 79)) {
  case 0:
    opening.how = Opening::How::refused;
    break;
  case 1:
    opening.how = Opening::How::never_made;
    break;
  case 2:
    opening.how = Opening::How::not_safe;
    break;
  case 3:
    opening.how = Opening::How::speaks_first;
    break;
  case 4:
    opening.how = Opening::How::breaks;
    break;
  default:
    break;
  }
  return opening;
}

// While the request is on its way: it may have been read.
void SimulatedServers::broken(HttpClient::TransferId transfer)
{
  const auto drawing = m_drawings.find(transfer);
  if (drawing == m_drawings.end() || m_world.fate.is_dead()) {
    return;
  }
  auto& seen = m_world.drawings[static_cast<std::size_t>(drawing->second)];
  seen.answer = "hangs up while it is asked";
  m_world.story.tell("drawing {}: {}", drawing->second, seen.answer);
  charge(seen, seen.images);
}

Reply SimulatedServers::reply(const SeenRequest& request)
{
  if (m_world.fate.is_dead()) { // what is asked in the rest of its last step is never sent
    return {"", Reply::After::never_ends};
  }
  m_world.fate.step();
  const std::string_view path(request.url.path);
  if (path.ends_with("/cancel")) {
    ++m_world.farewells;
    m_world.story.tell("{} is told to stop", path);
    return said(200, R"({"id":"1","status":"cancelled"})");
  }
  if (path.starts_with("/drawn/")) {
    return by_address(request);
  }
  if (path.find("/jobs/") != std::string_view::npos) {
    return about_job(request);
  }
  if (request.method == "GET") {
    return models_answer(m_world.random);
  }
  const auto number = m_drawings.at(request.transfer);
  return drawing(m_world.drawings[static_cast<std::size_t>(number)], number, request);
}

Reply SimulatedServers::drawing(DrawingSeen& seen, int number, const SeenRequest& request)
{
  const auto pictures = marked_pictures(number);
  const auto job = fmt::format("j{}", number);
  const DrawingRequest asked{endpoint_of(request.url.path), m_world.random, pictures, job};
  if (asked.endpoint == Endpoint::jobs && !m_world.one_in(3)) {
    seen.answer = "a job";
    m_world.story.tell("drawing {}: {}", number, seen.answer);
    charge(seen, 1);
    return accepted_job(job);
  }
  if (asked.endpoint != Endpoint::jobs && m_world.one_in(16)) {
    seen.answer = "image by its address";
    seen.is_by_address = true;
    m_world.story.tell("drawing {}: {}", number, seen.answer);
    charge(seen, 1);
    m_addresses_on_wire[request.transfer] = number;
    const auto address = fmt::format("{}/drawn/{}.png", request.url.origin(), number);
    return said(200, asked.endpoint == Endpoint::images ? R"({"data":[{"url":")" + address + "\"}]}"
                                                        : image_json(asked, address));
  }
  const auto& kind = any_answer(asked.endpoint, m_world.random);
  seen.answer = kind.name;
  seen.has_image = kind.name.starts_with("image");
  seen.has_piece = kind.name.starts_with("piece of an image");
  m_world.story.tell("drawing {}: {}", number, seen.answer);
  if (seen.has_image || seen.has_piece) {
    m_images_on_wire[request.transfer] = number;
  }
  auto reply = kind.reply(asked);
  if (kind.charged == Charged::perhaps && is_client_error(reply)) {
    m_charged_when_whole.emplace(request.transfer, number);
  } else if (kind.charged == Charged::perhaps) {
    charge(seen, seen.has_image ? 1 : seen.images);
  }
  return reply;
}

// For one wanted image at most one request that may be charged.
void SimulatedServers::charge(DrawingSeen& seen, int images)
{
  auto& job = m_world.jobs[static_cast<std::size_t>(seen.job)];
  seen.was_charged = true;
  job.spent += images;
  if (job.spent > job.count && !job.may_cost_twice) {
    m_world.complain("job {}: {} images may have been charged, and {} were wanted", job.number,
                     job.spent, job.count);
  }
}

Reply SimulatedServers::about_job(const SeenRequest& request)
{
  ++m_world.polls;
  const auto number = number_behind(request.url.path, "/jobs/j").value_or(0);
  const auto pictures = marked_pictures(number);
  const auto job = fmt::format("j{}", number);
  auto [reply, has_image] = answer_about_job({Endpoint::jobs, m_world.random, pictures, job});
  m_world.story.tell("drawing {}: asked about{}", number, has_image ? ", and there" : "");
  if (has_image) {
    m_world.drawings[static_cast<std::size_t>(number)].has_image = true;
    m_images_on_wire[request.transfer] = number;
  }
  return std::move(reply);
}

Reply SimulatedServers::by_address(const SeenRequest& request)
{
  const auto number = number_behind(request.url.path, "/drawn/").value_or(0);
  const auto whole = response(200, bytes_of_picture(marked_pictures(number).drawn), "image/png");
  switch (m_world.between(0, 9)) {
  case 0:
    return said(404, "{}");
  case 1:
    return {"", Reply::After::close};
  case 2:
    return cut(whole, whole.size() / 2, Reply::After::reset);
  case 3:
    return said(403, "{}");
  case 4:
    return {"", Reply::After::never_ends};
  default:
    break;
  }
  m_images_on_wire[request.transfer] = number;
  return {whole};
}

// As fast and in such pieces as lines are. A picture behind an error that takes longer than the
// half minute in which limn hears nothing but talk is given up, as is said of it.
Reply SimulatedServers::over_the_wire(Reply reply)
{
  constexpr int k_longest_ms = 20'000;
  auto& world = m_world;
  const int how = world.between(0, 31);
  reply.delay += milliseconds(how == 0  ? world.between(1'000, 30'000)
                              : how < 5 ? world.between(50, 400)
                                        : world.between(0, 40));
  if (world.one_in(3)) {
    reply.piece = static_cast<std::size_t>(world.between(1, 4) * (world.one_in(4) ? 16 : 700));
    const auto pieces = static_cast<int>(reply.bytes.size() / reply.piece) + 1;
    const auto pause = world.one_in(8) ? world.between(1, 2'000) : world.between(0, 5);
    reply.pause = milliseconds(std::min(pause, k_longest_ms / pieces));
  }
  return reply;
}

void SimulatedServers::told(HttpClient::TransferId transfer)
{
  if (m_world.fate.is_dead()) {
    return;
  }
  if (const auto late = m_charged_when_whole.find(transfer); late != m_charged_when_whole.end()) {
    auto& seen = m_world.drawings[static_cast<std::size_t>(late->second)];
    charge(seen, seen.has_image ? 1 : seen.images);
    m_charged_when_whole.erase(late);
  }
  if (const auto address = m_addresses_on_wire.find(transfer);
      address != m_addresses_on_wire.end()) {
    m_world.drawings[static_cast<std::size_t>(address->second)].address_has_arrived = true;
  }
  const auto found = m_images_on_wire.find(transfer);
  if (found != m_images_on_wire.end()) {
    m_world.story.tell("drawing {}: its image has arrived", found->second);
    m_world.drawings[static_cast<std::size_t>(found->second)].has_arrived = true;
  }
}

} // namespace limn::test
