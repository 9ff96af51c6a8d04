#include "base/json.hpp"
#include "picture/image_header.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/mock_gateway.hpp"
#include "sandbox/picture.hpp"
#include "sandbox/png.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ostream>
#include <set>

namespace limn::sandbox {

using namespace std::chrono_literals;

namespace {

class TextBytes : public ByteSource
{
public:
  explicit TextBytes(std::string text) : m_text(std::move(text)) {}
  std::uint64_t size() const override { return m_text.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    const auto count = std::min<std::size_t>(
      into.size(), m_text.size() - std::min<std::size_t>(offset, m_text.size()));
    std::memcpy(into.data(), m_text.data() + offset, count);
    return count;
  }

private:
  std::string m_text;
};

Request post(std::string path, std::string body)
{
  return {"POST",
          std::move(path),
          "",
          {{"authorization", "Bearer k"}, {"content-type", "application/json"}},
          std::move(body)};
}

std::string body_of(const Answer& answer)
{
  std::string body;
  for (const auto& piece : answer.pieces) {
    body += *piece.text;
  }
  return body;
}

// The code of the error in an answer, or its param where the code is null.
std::string fault_of(const Answer& answer)
{
  const auto json = parse_json(body_of(answer));
  REQUIRE(json);
  const auto* error = member(*json, "error");
  if (!error) {
    return "none";
  }
  const auto code = string_or_empty(member(*error, "code"));
  return std::string(code.empty() ? string_or_empty(member(*error, "param")) : code);
}

} // namespace

TEST_CASE("a picture is a whole PNG of exactly the size asked for")
{
  for (const Size size : {Size{1024, 1024}, Size{816, 816}, Size{2048, 1024}, Size{1024, 1536}}) {
    const auto header = inspect_image(TextBytes(encode_png(draw_picture("a fox", size))));
    REQUIRE(header);
    CHECK(header->format == ImageFormat::png);
    CHECK(header->size == size);
  }
}

TEST_CASE("the words decide the picture")
{
  const auto fox = encode_png(draw_picture("a fox", {816, 816}));
  CHECK(fox == encode_png(draw_picture("a fox", {816, 816})));
  CHECK(fox != encode_png(draw_picture("a cat", {816, 816})));
}

TEST_CASE("a partial image is the same picture, and each shows more of it")
{
  for (const char* prompt : {"a fox", "a cat", "a lighthouse", "a harbour"}) {
    CAPTURE(std::string(prompt));
    std::set<std::string> pictures;
    for (const int percent : {25, 50, 75, k_whole_picture}) {
      pictures.insert(encode_png(draw_picture(prompt, {816, 816}, percent)));
    }
    CHECK(pictures.size() == 4);
  }
}

TEST_CASE("every behaviour has a name and a summary of its own and is found by its name")
{
  std::set<std::string_view> names;
  for (const auto& group : behaviour_groups()) {
    CHECK(!group.name.empty());
    for (const auto& behaviour : group.rows) {
      CAPTURE(std::string(behaviour.name));
      CHECK(names.insert(behaviour.name).second);
      CHECK(!behaviour.summary.empty());
      const auto found = find_behaviour(behaviour.name);
      REQUIRE(found);
      CHECK(found->row == &behaviour);
    }
  }
  CHECK(find_behaviour("slow-250")->number == 250);
  CHECK(find_behaviour("big-1.5")->number == 1500);
  CHECK(!find_behaviour("slow-"));
  CHECK(!find_behaviour("slow-0"));
  CHECK(!find_behaviour("ok-1"));
  CHECK(!find_behaviour("nonsense"));
}

TEST_CASE("a request is checked as strictly as the real one checks it")
{
  MockGateway gateway;
  const auto images = [&](const char* body) {
    return fault_of(gateway.answer(post("/ok/v1/images/generations", body)));
  };
  CHECK(images(R"({"model":"gpt-image-2","prompt":"x","size":"1024x1024"})") == "none");
  CHECK(images(R"({"model":"gpt-image-2","prompt":"x","response_format":"b64_json"})")
        == "unknown_parameter");
  CHECK(images(R"({"model":"gpt-image-2","prompt":"x","quality":null})") == "invalid_type");
  CHECK(images(R"({"model":"gpt-image-2","prompt":"x","size":"1920x1080"})") == "invalid_value");
  CHECK(images(R"({"model":"gpt-image-2","prompt":"x","size":"800x800"})") == "invalid_value");
  CHECK(images(R"({"model":"gpt-image-2","prompt":"x","size":"3840x2880"})") == "invalid_value");
  CHECK(images(R"({"model":"gpt-image-2","prompt":"x","n":11})") == "invalid_value");
  CHECK(images(R"({"model":"gpt-image-2"})") == "missing_required_parameter");
  CHECK(images(R"({"prompt":"x"})") == "model");
  CHECK(images(R"({"model":"gpt-4","prompt":"x"})") == "model_not_found");

  const auto responses = [&](const char* body) {
    return fault_of(gateway.answer(post("/ok/v1/responses", body)));
  };
  CHECK(responses(R"({"model":"gpt-image-2","input":"x","tools":[]})") == "model_not_supported");
  CHECK(responses(R"({"model":"gpt-5.5","input":"x"})") == "missing_required_parameter");
  CHECK(
    responses(
      R"({"model":"gpt-5.5","input":"x","tools":[{"type":"image_generation","model":"gpt-image-2","n":2}]})")
    == "unknown_parameter");
}

TEST_CASE("a request without a key is refused, and counted as what it would have cost")
{
  MockGateway gateway;
  auto request = post("/ok/v1/images/generations", R"({"model":"gpt-image-2","prompt":"x"})");
  CHECK(gateway.answer(request).status == 200);
  request.headers.erase(request.headers.begin());
  CHECK(gateway.answer(request).status == 401);
  gateway.answer(
    post("/billing-402/v1/images/generations", R"({"model":"gpt-image-2","prompt":"x"})"));
  CHECK(body_of(gateway.answer({"GET", "/_counts", {}, {}}))
          .find(R"("total":{"requests":3,"billable":3,"possibly_paid":1,"paid":1})")
        != std::string::npos);
}

TEST_CASE("a window of images is counted by the moments that the log shows")
{
  MockGateway gateway;
  const auto status_after = [&](std::chrono::milliseconds time) {
    auto request =
      post("/five-a-minute-1500/v1/images/generations", R"({"model":"gpt-image-2","prompt":"x"})");
    request.received_at += time;
    return gateway.answer(request).status;
  };
  for (int i = 0; i < 5; ++i) {
    CHECK(status_after(10ms) == 200);
  }
  CHECK(status_after(1509ms) == 429);
  CHECK(status_after(1510ms) == 200);
  CHECK(status_after(1509ms) == 429); // it came before that one
  const auto log = body_of(gateway.answer({"GET", "/_log", {}, {}}));
  CHECK(log.find(R"("paid":false,"milliseconds":1509)") != std::string::npos);
  CHECK(log.find(R"("paid":true,"milliseconds":1510)") != std::string::npos);
}

TEST_CASE("a form is an order as its JSON is, with at least one image")
{
  MockGateway gateway;
  const auto edits = [&](std::string_view parts) {
    auto request = post("/ok/v1/images/edits", fmt::format("{}--b--\r\n", parts));
    request.headers[1].second = "multipart/form-data; boundary=b";
    return fault_of(gateway.answer(request));
  };
  const std::string model =
    "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-image-2\r\n";
  const std::string prompt =
    "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na\r\nfox\r\n";
  const std::string image =
    "--b\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"a.png\"\r\n"
    "Content-Type: image/png\r\n\r\n\x89PNG\r\n";
  const std::string text =
    "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\nfox\r\n";
  CHECK(edits(model + prompt + image) == "none");
  CHECK(edits(model + prompt) == "missing_required_parameter");
  CHECK(edits(model + image) == "missing_required_parameter");
  CHECK(edits(model + prompt + text) == "unsupported_file_mimetype");
  CHECK(edits(model + prompt + image
              + "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n11\r\n")
        == "invalid_value");
}

} // namespace limn::sandbox
