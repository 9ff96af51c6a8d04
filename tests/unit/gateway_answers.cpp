#include "gateway_answers.hpp"

#include "answer_bodies.hpp"
#include "base/base64.hpp"

#include <array>
#include <charconv>
#include <vector>

namespace limn::test {

namespace {

constexpr std::size_t k_head = 44; // of base64: signature and header of a PNG, 33 bytes
constexpr std::size_t k_mark_size = 8;

// Where a mark stands in the base64, within the zeros of a private chunk.
constexpr std::size_t k_mark_in_small = k_head + 12;
constexpr std::size_t k_mark_in_large = k_head + 400;

constexpr std::string_view k_small =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAADHByTk8AAAAAAAAAAAAAAACN2HWeAAAACklEQVR4nGNoAAAA"
  "ggCBd81ytgAAAABJRU5ErkJggg==";
constexpr std::size_t k_small_chunk = 32; // of it, in base64

const Pictures& pictures()
{
  static const Pictures all{
    std::string(k_small),
    // With a chunk of 1914 zeros instead.
    std::string(k_small.substr(0, k_head)) + "AAAHenByTk8" + std::string(2551, 'A') + "DpJKQs"
      + std::string(k_small.substr(k_head + k_small_chunk)),
    "iVBORw0KGgoAAAANSUhEUgAAAgAAAAEACAAAAADg+5G7AAAHenpyTk8" + std::string(2551, 'A')
      + "CylZ2fAAAAlUlEQVR42u3BAQ0AAADCoPdP7ewBFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3AR4AAY/4QuAAAAAASUVORK5CYII="};
  return all;
}

// Those that there are at a kind of endpoints, each as often as it weighs.
std::vector<const AnswerKind*> weighted(bool (*is_there)(std::string_view name))
{
  std::vector<const AnswerKind*> all;
  for (const auto kinds : {refusal_answers(), charged_answers()}) {
    for (const auto& kind : kinds) {
      if (is_there(kind.name)) {
        all.insert(all.end(), static_cast<std::size_t>(kind.weight), &kind);
      }
    }
  }
  return all;
}

bool is_without_events(std::string_view name)
{
  return name.find("partial") == std::string_view::npos
         && name.find("events") == std::string_view::npos && name != "image, then an error";
}

} // namespace

Endpoint endpoint_of(std::string_view target)
{
  return target.ends_with("/responses")          ? Endpoint::responses
         : target.ends_with("/chat/completions") ? Endpoint::chat
         : target.ends_with("/img_gen")          ? Endpoint::jobs
                                                 : Endpoint::images;
}

Pictures marked_pictures(int mark)
{
  auto marked = pictures();
  auto digits = std::to_string(mark);
  digits.insert(0, k_mark_size - digits.size(), '0');
  marked.small.replace(k_mark_in_small, k_mark_size, digits);
  marked.lifted.replace(k_mark_in_large, k_mark_size, digits);
  marked.drawn.replace(k_mark_in_large, k_mark_size, digits);
  return marked;
}

std::string bytes_of_picture(std::string_view base64)
{
  std::vector<std::byte> bytes(Base64Decoder::room_for(base64.size()));
  Base64Decoder decoder;
  const auto progress = decoder.feed(base64, bytes);
  const auto end = decoder.finish(std::span(bytes).subspan(progress.produced));
  return {reinterpret_cast<const char*>(bytes.data()), progress.produced + end.produced};
}

std::optional<int> mark_of(std::string_view bytes)
{
  constexpr std::size_t largest_small = 200;
  const auto in_base64 = bytes.size() < largest_small ? k_mark_in_small : k_mark_in_large;
  const auto piece =
    bytes.substr(std::min(in_base64 / 4 * 3, bytes.size())).substr(0, k_mark_size / 4 * 3);
  const auto digits = base64_encode(std::as_bytes(std::span(piece)));
  int mark = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), mark);
  return failed == std::errc() && end == digits.data() + k_mark_size ? std::optional(mark)
                                                                     : std::nullopt;
}

// Only the first two have previews and events of their own.
const AnswerKind& any_answer(Endpoint endpoint, std::mt19937& random)
{
  static const auto all = weighted([](std::string_view) { return true; });
  static const auto some = weighted(is_without_events);
  const auto& there = endpoint == Endpoint::images || endpoint == Endpoint::responses ? all : some;
  return *there[static_cast<std::size_t>(between(0, static_cast<int>(there.size()) - 1, random))];
}

Reply accepted_job(std::string_view job)
{
  const std::string id(job);
  return said(202, R"({"id":")" + id + R"(","kind":"img_gen","status":"queued","poll_url":"/jobs/)"
                     + id + "\"}");
}

Reply models_answer(std::mt19937& random)
{
  switch (between(0, 7, random)) {
  case 0:
    return said(404, error("Invalid URL (GET /v1/models)", "", ""));
  case 1:
    return {response(200, "<!DOCTYPE html>", "text/html")};
  case 2:
    return said(500, error("Sorry about that!", "server_error", ""));
  case 3:
    return {"", Reply::After::close};
  case 4:
    return said(200, R"({"data":[{"id":"another-model"}]})");
  default:
    return said(200, R"({"object":"list","data":[{"id":"gpt-image-2","object":"model"}]})");
  }
}

std::pair<Reply, bool> answer_about_job(const DrawingRequest& asked)
{
  auto& random = asked.random;
  const auto job = [&asked](std::string_view status, std::string_view more = "") {
    return said(200, R"({"id":")" + std::string(asked.job) + R"(","status":")" + std::string(status)
                       + "\"" + std::string(more) + "}");
  };
  const auto done =
    response(200, image_json(asked, between(0, 1, random) != 0 ? asked.pictures.small
                                                               : asked.pictures.lifted));
  switch (between(0, 23, random)) {
  case 0:
    return {job("failed", R"(,"error":{"code":"oom","message":"out of memory"})"), false};
  case 1:
    return {said(404, error("no such job", "", "")), false};
  case 2:
    return {said(410, error("gone", "", "")), false};
  case 3:
    return {said(401, error("Incorrect API key", "", "")), false};
  case 4:
    return {said(402, error("Insufficient Balance", "", "")), false};
  case 5:
    return {said(429, error("slow down", "", ""), "Retry-After-Ms: 1\r\n"), false};
  case 6:
    return {said(503, error("overloaded", "", "server_is_overloaded")), false};
  case 7:
    return {{response(502, "<html>Bad Gateway</html>", "text/html")}, false};
  case 8:
    return {{"", Reply::After::close}, false};
  case 9:
    return {{"", Reply::After::reset}, false};
  case 10:
    return {cut(done,
                static_cast<std::size_t>(between(1, static_cast<int>(done.size()) - 8, random)),
                Reply::After::close),
            false};
  case 11:
    return {said(200, "{}"), false};
  case 12:
    return {job("completed"), false};
  case 13:
    return {job("cancelled"), false};
  case 14:
    return {job("completed", R"(,"result":{"images":[{"b64_json":"no image"}]})"), false};
  case 15:
  case 16:
  case 17:
  case 18:
    return {{done}, true};
  default:
    return {job(between(0, 1, random) ? "queued" : "generating"), false};
  }
}

} // namespace limn::test
