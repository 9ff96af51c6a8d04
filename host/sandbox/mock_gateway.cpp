#include "sandbox/mock_gateway.hpp"

#include "sandbox/generation.hpp"
#include "sandbox/native_apis.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <sstream>
#include <utility>

namespace limn::sandbox {

namespace {

Answer invalid_url(const Request& request, std::string_view path)
{
  return error_answer(404, fmt::format("Invalid URL ({} {})", request.method, path),
                      "invalid_request_error", "", "");
}

void replace_all(std::string& text, std::string_view what, std::string_view with)
{
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string http_date(std::chrono::seconds from_now)
{
  const auto time =
    std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + from_now);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time));
}

std::string timestamp(std::chrono::seconds from_now)
{
  const auto time =
    std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + from_now);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(time));
}

std::string masked(const std::string& key)
{
  return key.size() < 12 ? "****" : key.substr(0, 7) + "****" + key.substr(key.size() - 4);
}

// Of an order that a model was asked to draw.
Charge charge_of(const Behaviour& behaviour, const Order& order)
{
  if (behaviour.streaming == Streaming::error_at_end && order.partial_images == 0) {
    return Charge::never; // it says itself that it failed, at once
  }
  if (behaviour.streaming == Streaming::error_unnamed && order.partial_images == 0) {
    return Charge::possible;
  }
  const bool draws_none =
    (order.is_job && behaviour.job == Job::fails)
    || (order.route == Route::chat
        && (behaviour.chat == Chat::refusal || behaviour.chat == Chat::filtered));
  return behaviour.content == Content::image && !draws_none ? Charge::certain : Charge::possible;
}

// `headers`: a line each.
void add_headers(Answer& answer, std::string_view headers)
{
  std::istringstream lines{std::string(headers)};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(": ");
    answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
}

// How the connection treats an answer that was drawn.
void put_on_the_wire(Answer& answer, const ChosenBehaviour& behaviour)
{
  if (behaviour.row->number == Number::milliseconds && !answer.pieces.empty()) {
    answer.pieces.front().wait_before = std::chrono::milliseconds(behaviour.number);
  }
  switch (behaviour.row->wire) {
  case Wire::plain:
  case Wire::hang_up:
    return;
  case Wire::cut:
    cut_in_the_middle(answer);
    return;
  case Wire::cut_chunked:
    cut_in_the_middle(answer);
    answer.framing = Framing::chunked;
    return;
  case Wire::blank_lines_first:
    answer.framing = Framing::chunked;
    for (int i = 0; i < 5; ++i) {
      answer.pieces.insert(answer.pieces.begin(),
                           {share("\r\n"), std::chrono::milliseconds(i == 0 ? 0 : 20)});
    }
    return;
  }
}

constexpr std::array<std::string_view, 5> k_apis{"/v1/", "/sdcpp/v1/", "/jobs/", "/openai/",
                                                 "/v1beta/"};

} // namespace

Answer MockGateway::begin_answer(const Request& request)
{
  const auto request_id = fmt::format("req_sandbox_{}", ++m_last_request);
  const auto finished = [&](Answer answer) {
    answer.headers.emplace_back("x-request-id", request_id);
    return answer;
  };
  if (request.path.starts_with("/_")) {
    return read_back(request);
  }
  const auto rest = std::string_view(request.path).substr(request.path.empty() ? 0 : 1);
  const auto slash = rest.find('/');
  const auto segment = rest.substr(0, slash);
  const auto behaviour = find_behaviour(segment);
  if (!behaviour) {
    return finished(answer_with(
      404, fmt::format("There is no behaviour '{}'; limn sandbox --list names them.\n", segment)));
  }
  const auto path = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
  const bool is_api = std::ranges::any_of(k_apis, [&](auto api) { return path.starts_with(api); });
  if (!is_api) {
    // As new-api: whatever is not the API is the web page.
    m_ledger.record(std::string(segment), request, false, Charge::never);
    return finished(answer_with(200, std::string(find_behaviour("html-200")->row->refusal.body)));
  }
  return finished(api(request, segment, *behaviour, path));
}

Answer MockGateway::api(const Request& request, std::string_view segment,
                        const ChosenBehaviour& behaviour, std::string_view path)
{
  const auto& row = *behaviour.row;
  const auto native = native_call(request, path, row);
  std::optional<Route> route;
  if (native) {
    route = native->route;
  } else if (request.method == "POST"
             && (path == "/v1/images/generations" || path == "/v1/images/edits")) {
    route = Route::images;
  } else if (request.method == "POST" && path == "/v1/responses") {
    route = Route::responses;
  } else if (request.method == "POST" && path == "/v1/chat/completions") {
    route = Route::chat;
  } else if (request.method == "POST" && path == "/sdcpp/v1/img_gen") {
    route = Route::sdcpp;
  }
  auto charge = Charge::never;
  const auto decide = [&]() -> Answer {
    if (row.refusal.status != 0 && row.refusal.scope == Scope::everything) {
      return refuse(request, row, path);
    }
    if (native && native->fault) {
      return *native->fault;
    }
    if (!native && row.key_check == KeyCheck::required && request.bearer().empty()) {
      return error_answer(401,
                          "You didn't provide an API key. You need to provide your API key in an "
                          "Authorization header using Bearer auth.",
                          "invalid_request_error", "", "");
    }
    if (native && native->lists == NativeCall::Lists::gemini && row.listing != Listing::absent) {
      return gemini_models(row);
    }
    const bool asks_for_list = native ? native->lists == NativeCall::Lists::openai
                                      : request.method == "GET" && path == "/v1/models";
    if (asks_for_list && row.listing != Listing::absent) {
      return models(row);
    }
    if (auto of_job = m_jobs.answer(request, path, [&](std::string png) {
          return publish(std::move(png), row.image_text);
        })) {
      return std::move(*of_job);
    }
    if (auto of_batch = m_batches.answer(
          request, path, std::string(segment), behaviour, m_ledger,
          [&](std::string png) { return publish(std::move(png), row.image_text); })) {
      return std::move(*of_batch);
    }
    const auto only = row.endpoints == Endpoints::images_only ? Route::images : Route::responses;
    const bool is_there = route && (row.endpoints == Endpoints::both || *route == only);
    return is_there ? generate(request, segment, behaviour, *route, charge)
                    : invalid_url(request, path);
  };
  auto answer = decide();
  m_ledger.record(std::string(segment), request, route.has_value(), charge);
  return answer;
}

Answer MockGateway::generate(const Request& request, std::string_view segment,
                             const ChosenBehaviour& behaviour, Route route, Charge& charge)
{
  const auto& row = *behaviour.row;
  if (row.wire == Wire::hang_up) { // before anyone could know whether the request is in order
    charge = Charge::certain;
    Answer nothing;
    nothing.ending = Ending::closed_unanswered;
    return nothing;
  }
  auto order = read_order(request, route, row);
  if (auto* fault = std::get_if<Answer>(&order)) {
    return std::move(*fault);
  }
  if (row.images_in_window > 0) {
    const auto wait =
      m_ledger.wait_for_room(std::string(segment), request, std::get<Order>(order).count,
                             row.images_in_window, std::chrono::milliseconds(behaviour.number));
    if (wait) {
      return refuse(request, row, request.path, *wait);
    }
  }
  const bool refuses =
    row.refusal.status != 0 && row.images_in_window == 0
    && (row.refusal.times == Times::always || m_ledger.is_first(std::string(segment), request));
  if (refuses) {
    charge = row.refusal.charge;
    auto answer = refuse(request, row, request.path);
    if (row.wire == Wire::blank_lines_first || row.number == Number::milliseconds) {
      put_on_the_wire(answer, behaviour);
    }
    return answer;
  }
  charge = charge_of(row, std::get<Order>(order));
  const auto publish_here = [this, form = row.image_text](std::string png) {
    return publish(std::move(png), form);
  };
  if (std::get<Order>(order).is_job
      || (route == Route::images && row.instead != Instead::nothing)) {
    return m_jobs.submit(std::get<Order>(order), behaviour, fmt::format("/{}", segment),
                         publish_here);
  }
  Answer later;
  later.drawing = [order = std::get<Order>(std::move(order)), behaviour, publish_here] {
    auto answer = draw(order, behaviour, publish_here);
    answer.status = behaviour.row->drawn_status;
    add_headers(answer, behaviour.row->drawn_header);
    put_on_the_wire(answer, behaviour);
    return answer;
  };
  return later;
}

Answer MockGateway::refuse(const Request& request, const Behaviour& behaviour,
                           std::string_view path, std::chrono::milliseconds wait)
{
  const auto key = request.key();
  const std::array<std::pair<std::string_view, std::string>, 9> placeholders{{
    {"%key%", key},
    {"%masked_key%", masked(key)},
    {"%model%", "gpt-image-2"},
    {"%request_id%", fmt::format("req_sandbox_{}", m_last_request)},
    {"%origin%", origin()},
    {"%path%", std::string(path)},
    {"%in_two_seconds%", http_date(std::chrono::seconds(2))},
    {"%two_seconds_ahead%", timestamp(std::chrono::seconds(2))},
    {"%seconds_left%", fmt::format("{:.3f}", std::chrono::duration<double>(wait).count())},
  }};
  std::string body(behaviour.refusal.body);
  std::string headers(behaviour.refusal.header);
  for (const auto& [name, value] : placeholders) {
    replace_all(body, name, value);
    replace_all(headers, name, value);
  }
  auto answer = answer_with(behaviour.refusal.status, std::move(body));
  add_headers(answer, headers);
  return answer;
}

Answer MockGateway::models(const Behaviour& behaviour) const
{
  std::string items;
  const auto add = [&](std::string_view id) {
    items +=
      fmt::format(R"({}{{"id":"{}{}","object":"model","created":1776729600,"owned_by":"system"}})",
                  items.empty() ? "" : ",", behaviour.model_prefix, id);
  };
  add("gpt-5.5");
  add("text-embedding-3-large");
  add("gpt-image-2.5-flare");
  if (behaviour.listing == Listing::listed) {
    add("gpt-image-2-2026-04-21");
    add("gpt-image-2");
  }
  return answer_with(200, fmt::format(R"({{"object":"list","data":[{}]}})", items));
}

Answer MockGateway::read_back(const Request& request)
{
  if (request.path == "/_log") {
    return answer_with(200, "application/json", m_ledger.log_json());
  }
  if (request.path == "/_counts") {
    return answer_with(200, "application/json", m_ledger.counts_json());
  }
  if (request.path == "/_reset" && request.method == "POST") {
    m_ledger.reset();
    return answer_with(200, "application/json", "{}");
  }
  if (request.path.starts_with("/_image/")) {
    return image(request.path.substr(8));
  }
  return answer_with(404, "application/json", R"({"error":{"message":"Not Found"}})");
}

Answer MockGateway::image(const std::string& name)
{
  if (name.starts_with("flaky-") && m_ledger.is_first(name)) {
    return answer_with(503, "try again\n");
  }
  if (name.starts_with("redirected-")) {
    auto answer = answer_with(302, "elsewhere\n");
    answer.headers.emplace_back("Location", name.substr(11));
    return answer;
  }
  const auto found = m_images.find(name);
  if (found == m_images.end()) {
    return answer_with(404, "gone\n");
  }
  return answer_with(200, "image/png", std::vector<SharedText>{found->second});
}

std::string MockGateway::publish(std::string png, ImageText form)
{
  const auto name =
    fmt::format("{}{}.png", form == ImageText::url_flaky ? "flaky-" : "", m_images.size() + 1);
  m_images.emplace(name, share(std::move(png)));
  // The same server under another name is another origin.
  const auto host =
    form == ImageText::url_elsewhere ? fmt::format("https://localhost:{}", m_port) : origin();
  return fmt::format("{}/_image/{}{}", host, form == ImageText::url_redirected ? "redirected-" : "",
                     name);
}

std::string MockGateway::origin() const
{
  return fmt::format("http://127.0.0.1:{}", m_port);
}

} // namespace limn::sandbox
