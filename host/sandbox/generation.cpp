#include "sandbox/generation.hpp"

#include "base/base64.hpp"
#include "sandbox/chat.hpp"
#include "sandbox/event_stream.hpp"
#include "sandbox/native_apis.hpp"
#include "sandbox/picture.hpp"
#include "sandbox/png.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace limn::sandbox {

namespace {

constexpr std::size_t k_kilobyte = 1'000;
constexpr std::size_t k_line_length = 76;

SharedText text_of(const std::string& png)
{
  return share(base64_encode(std::as_bytes(std::span(png))));
}

// Big images are noise, made once for each size.
SharedText big_image(int kilobytes)
{
  static std::map<int, SharedText> made;
  auto& image = made[kilobytes];
  if (!image) {
    image = text_of(
      encode_png(draw_noise(static_cast<std::size_t>(kilobytes) * k_kilobyte), Compression::none));
  }
  return image;
}

std::string replaced(const std::string& text, char what, std::string_view with)
{
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    c == what ? result.append(with) : result.append(1, c);
  }
  return result;
}

std::string wrapped(const std::string& text)
{
  std::string result;
  for (std::size_t i = 0; i < text.size(); i += k_line_length) {
    result += text.substr(i, k_line_length) + "\\n";
  }
  return result;
}

std::string url_safe(std::string text)
{
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

Rendered render(const Order& order, const ChosenBehaviour& behaviour, int number, int percent,
                const Publish& publish)
{
  if (behaviour.row->number == Number::megabytes) {
    return {big_image(behaviour.number), {}};
  }
  const auto words = number == 0 ? order.prompt : fmt::format("{} {}", order.prompt, number + 1);
  auto png = encode_png(draw_picture(words, order.size, percent));
  switch (behaviour.row->image_text) {
  case ImageText::base64:
  case ImageText::base64_beside_empty_url:
    return {text_of(png), {}};
  case ImageText::data_uri:
    return {share("data:image/png;base64," + *text_of(png)), {}};
  case ImageText::escaped_slashes:
    return {share(replaced(*text_of(png), '/', "\\/")), {}};
  case ImageText::wrapped:
    return {share(wrapped(*text_of(png))), {}};
  case ImageText::url_safe:
    return {share(url_safe(*text_of(png))), {}};
  case ImageText::cut_png:
    png.resize(png.size() / 2);
    return {text_of(png), {}};
  case ImageText::url:
  case ImageText::url_elsewhere:
  case ImageText::url_flaky:
  case ImageText::url_redirected:
    return {nullptr, publish(std::move(png))};
  case ImageText::url_beside_empty_base64:
    return {share(""), publish(std::move(png))};
  }
  return {};
}

// Image tokens as the guide's calculator counts them for gpt-image-2.
long long output_tokens(const Order& order)
{
  const long long f = order.quality == "high" ? 96 : order.quality == "medium" ? 48 : 16;
  const long long longer = std::max(order.size.width, order.size.height);
  const long long shorter = std::min(order.size.width, order.size.height);
  const long long s = (2 * f * shorter + longer) / (2 * longer);
  const long long pixels = static_cast<long long>(order.size.width) * order.size.height;
  return (f * s * (2'000'000 + pixels) + 3'999'999) / 4'000'000;
}

std::string usage(const Order& order, int images, int previews)
{
  constexpr long long k_preview_tokens = 100;
  const auto input = static_cast<long long>(order.prompt.size()) / 4 + 6;
  const auto output = output_tokens(order) * images + k_preview_tokens * previews;
  return fmt::format(R"("usage":{{"input_tokens":{0},"output_tokens":{1},"total_tokens":{2},)"
                     R"("input_tokens_details":{{"text_tokens":{0},"image_tokens":0}},)"
                     R"("output_tokens_details":{{"image_tokens":{1},"text_tokens":0}}}})",
                     input, output, input + output);
}

std::string resolved(const Order& order)
{
  return fmt::format(R"("background":"{}","output_format":"png","quality":"{}","size":"{}")",
                     order.background, order.quality, to_string(order.size));
}

std::string json_string(std::string_view text)
{
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

void append(std::vector<SharedText>& pieces, std::string text)
{
  pieces.push_back(share(std::move(text)));
}

// "b64_json":"...","url":"..." as the behaviour has them.
void append_image(std::vector<SharedText>& pieces, const Rendered& image)
{
  if (image.base64) {
    append(pieces, "\"b64_json\":\"");
    pieces.push_back(image.base64);
    append(pieces, "\"");
  }
  if (!image.url.empty()) {
    append(pieces, fmt::format("{}\"url\":{}", image.base64 ? "," : "", json_string(image.url)));
  }
}

int count_of_partials(const Order& order, Streaming streaming)
{
  const bool at_least_one =
    streaming == Streaming::ends_too_early || streaming == Streaming::error_after_partial;
  return at_least_one ? std::max(1, order.partial_images) : order.partial_images;
}

bool ends_in_error(Streaming streaming)
{
  return streaming == Streaming::error_at_end || streaming == Streaming::error_after_partial;
}

// --- /images ---

Answer images_json(const Order& order, const ChosenBehaviour& behaviour, const Publish& publish)
{
  std::vector<SharedText> pieces;
  if (behaviour.row->content == Content::words_only) {
    append(
      pieces,
      R"({"created":1777370000,"data":[],"message":"Lots of people are creating images right now, so this might take a bit."})");
  } else {
    append(pieces, fmt::format(R"({{"created":1777370000,{},"data":[)", resolved(order)));
    for (int i = 0; i < order.count; ++i) {
      append(pieces, i == 0 ? "{" : ",{");
      append_image(pieces, render(order, behaviour, i, k_whole_picture, publish));
      append(pieces, behaviour.row->image_text == ImageText::base64_beside_empty_url
                       ? R"(,"url":"","revised_prompt":""})"
                       : "}");
    }
    append(pieces, "]," + usage(order, order.count, 0) + "}");
  }
  return answer_with(200, "application/json", pieces);
}

Event images_event(std::string_view name, const Order& order, const Rendered& image,
                   const std::string& more)
{
  Event event{std::string(name), {}};
  event.line(fmt::format(R"({{"type":"{}",)", name));
  append_image(event.line(""), image);
  event.line(fmt::format(R"(,"created_at":1777370000,{},{}}})", resolved(order), more));
  return event;
}

Event unnamed(std::string_view body)
{
  Event event;
  event.line(std::string(body));
  return event;
}

std::vector<Event> images_events(const Order& order, const ChosenBehaviour& behaviour,
                                 const Publish& publish)
{
  std::vector<Event> events;
  const auto streaming = behaviour.row->streaming;
  const int partials = count_of_partials(order, streaming);
  for (int i = 0; i < partials; ++i) {
    const auto preview =
      render(order, behaviour, 0, (i + 1) * k_whole_picture / (partials + 1), publish);
    events.push_back(images_event("image_generation.partial_image", order, preview,
                                  fmt::format(R"("partial_image_index":{})", i)));
  }
  if (streaming == Streaming::ends_too_early) {
    return events;
  }
  if (streaming == Streaming::error_unnamed) {
    events.push_back(unnamed(behaviour.row->refusal.body));
    return events;
  }
  if (ends_in_error(streaming)) {
    Event event{"error", {}};
    event.line(
      R"({"type":"error","error":{"type":"image_generation_server_error","code":"image_generation_failed","message":"Image generation failed","param":null}})");
    events.push_back(std::move(event));
    return events;
  }
  for (int i = 0; i < order.count; ++i) {
    events.push_back(images_event("image_generation.completed", order,
                                  render(order, behaviour, i, k_whole_picture, publish),
                                  usage(order, 1, i == 0 ? partials : 0)));
  }
  return events;
}

// --- /responses ---

constexpr std::string_view k_response_head =
  R"("id":"resp_sandbox","object":"response","created_at":1777370000,"model":"gpt-5.5","error":null,"incomplete_details":null)";
constexpr std::string_view k_response_usage =
  R"("usage":{"input_tokens":50,"output_tokens":20,"total_tokens":70})";

void append_call(std::vector<SharedText>& pieces, const Order& order, const Rendered& image,
                 std::string_view status)
{
  append(pieces, fmt::format(
                   R"({{"id":"ig_sandbox","type":"image_generation_call","status":"{}","result":)",
                   status));
  if (image.base64) {
    append(pieces, "\"");
    pieces.push_back(image.base64);
    append(pieces, "\"");
  } else {
    append(pieces, json_string(image.url));
  }
  append(pieces, fmt::format(R"(,"revised_prompt":{},"action":"generate",{}}})",
                             json_string("A picture of: " + order.prompt), resolved(order)));
}

constexpr std::string_view k_talk =
  R"({"id":"msg_sandbox","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"I would rather talk about it.","annotations":[]}]})";

Answer responses_json(const Order& order, const ChosenBehaviour& behaviour, const Publish& publish)
{
  std::vector<SharedText> pieces;
  append(pieces, fmt::format(R"({{{},"status":"completed","output":[)", k_response_head));
  if (behaviour.row->content == Content::words_only) {
    append(pieces, std::string(k_talk));
  } else {
    append_call(pieces, order, render(order, behaviour, 0, k_whole_picture, publish), "completed");
  }
  append(pieces, fmt::format("],{}}}", k_response_usage));
  return answer_with(200, "application/json", pieces);
}

std::vector<Event> responses_events(const Order& order, const ChosenBehaviour& behaviour,
                                    const Publish& publish)
{
  std::vector<Event> events;
  int sequence = 0;
  const auto begin = [&](std::string_view type) -> Event& {
    events.push_back({std::string(type), {}});
    events.back().line(fmt::format(R"({{"type":"{}","sequence_number":{},)", type, sequence++));
    return events.back();
  };
  begin("response.created")
    .line(
      fmt::format(R"("response":{{{},"status":"in_progress","output":[]}}}})", k_response_head));
  begin("keepalive").line(R"("note":"not documented"})");
  const bool is_words = behaviour.row->content == Content::words_only;
  const auto image = is_words ? Rendered{} : render(order, behaviour, 0, k_whole_picture, publish);
  const auto streaming = behaviour.row->streaming;
  const int partials = is_words ? 0 : count_of_partials(order, streaming);
  for (int i = 0; i < partials; ++i) {
    const auto preview =
      render(order, behaviour, 0, (i + 1) * k_whole_picture / (partials + 1), publish);
    auto& event = begin("response.image_generation_call.partial_image");
    auto& line = event.line(fmt::format(
      R"("output_index":0,"item_id":"ig_sandbox","partial_image_index":{},"partial_image_b64":")",
      i));
    if (preview.base64) {
      line.push_back(preview.base64);
    }
    append(line, "\"}");
  }
  if (streaming == Streaming::ends_too_early) {
    return events;
  }
  if (streaming == Streaming::error_unnamed) {
    events.push_back(unnamed(behaviour.row->refusal.body));
    return events;
  }
  if (ends_in_error(streaming)) {
    begin("response.failed")
      .line(
        R"("response":{"id":"resp_sandbox","object":"response","status":"failed","error":{"code":"server_error","message":"An error occurred while processing your request."},"output":[]}})");
    return events;
  }
  const bool is_incomplete = streaming == Streaming::incomplete;
  auto& done = begin("response.output_item.done");
  auto& item = done.line(R"("output_index":0,"item":)");
  if (is_words) {
    append(item, std::string(k_talk));
  } else {
    append_call(item, order, image, is_incomplete ? "generating" : "completed");
  }
  done.line("}");
  auto& completed = begin("response.completed");
  auto& response = completed.line(
    fmt::format(R"("response":{{{},"status":"completed","output":[)", k_response_head));
  if (is_words) {
    append(response, std::string(k_talk));
  } else if (!is_incomplete) {
    append_call(response, order, image, "completed");
  }
  completed.line(fmt::format("],{}}}}}", k_response_usage));
  return events;
}

bool streams(const Order& order, Streaming streaming)
{
  switch (streaming) {
  case Streaming::when_asked:
    return order.stream;
  case Streaming::never:
    return false;
  default:
    return true;
  }
}

} // namespace

Rendered render(const Order& order, const ChosenBehaviour& behaviour, const Publish& publish)
{
  return render(order, behaviour, 0, k_whole_picture, publish);
}

Answer draw(const Order& order, const ChosenBehaviour& behaviour, const Publish& publish)
{
  const auto streaming = behaviour.row->streaming;
  if (order.route == Route::gemini) {
    return draw_gemini(*behaviour.row, render(order, behaviour, publish));
  }
  if (order.route == Route::chat) {
    return draw_chat(*behaviour.row, render(order, behaviour, publish),
                     streams(order, streaming) ? ChatForm::stream : ChatForm::whole);
  }
  // What is incomplete at /responses has no counterpart at /images.
  const bool as_events = streaming == Streaming::incomplete && order.route == Route::images
                           ? order.stream
                           : streams(order, streaming);
  if (!as_events) {
    return order.route == Route::images ? images_json(order, behaviour, publish)
                                        : responses_json(order, behaviour, publish);
  }
  const auto events = order.route == Route::images ? images_events(order, behaviour, publish)
                                                   : responses_events(order, behaviour, publish);
  const auto form = streaming == Streaming::crlf  ? EventForm::crlf
                    : streaming == Streaming::odd ? EventForm::odd
                                                  : EventForm::plain;
  return event_stream(events, form, order.route == Route::images ? LastWord::none : LastWord::done);
}

} // namespace limn::sandbox
