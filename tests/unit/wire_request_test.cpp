#include "engine/wire_request.hpp"
#include "fresh_folder.hpp"
#include "http/body_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace wire_request_test {

using namespace limn;
using namespace limn::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view k_key = "sk-secret-0123456789";

Gateway gateway()
{
  Gateway result;
  result.name = "work";
  result.base_url = "https://gw.example/v1";
  result.key = Secret(k_key);
  result.headers = {{"X-Team", "art"}};
  return result;
}

ProviderRequest request(std::vector<RequestPart> parts = {})
{
  ProviderRequest result;
  result.method = "POST";
  result.path = "/images/generations";
  result.headers = {{"Content-Type", "application/json"}};
  result.parts = std::move(parts);
  return result;
}

RequestPart part(std::uint32_t kind, std::string text, std::uint32_t input = 0)
{
  RequestPart result;
  result.kind = kind;
  result.text = std::move(text);
  result.input = input;
  return result;
}

RequestPart field(RequestPart of, std::string name, std::string filename = "",
                  std::string media_type = "")
{
  of.name = std::move(name);
  of.filename = std::move(filename);
  of.media_type = std::move(media_type);
  return of;
}

std::vector<Input> inputs(const std::vector<std::filesystem::path>& files)
{
  std::vector<Input> result;
  for (const auto& file : files) {
    result.emplace_back();
    result.back().file = file;
  }
  return result;
}

// The bytes that will be sent.
std::string body_of(const HttpRequest& wire)
{
  auto reader = BodyReader::open(wire.body);
  REQUIRE(reader.has_value());
  std::string body(reader->size() + 10, '?');
  const auto count = reader->read(body);
  REQUIRE(count == reader->size());
  body.resize(*count);
  return body;
}

std::string header(const HttpRequest& wire, std::string_view name)
{
  std::string values;
  for (const auto& [key, value] : wire.headers) {
    if (key == name) {
      values += value + ";";
    }
  }
  return values;
}

std::string boundary_of(const HttpRequest& wire)
{
  const auto type = header(wire, "Content-Type");
  constexpr std::string_view start = "multipart/form-data; boundary=";
  REQUIRE(type.starts_with(start));
  return type.substr(start.size(), type.size() - start.size() - 1);
}

} // namespace

TEST_CASE("a target leaves the base URL's path and never its origin: the key goes along")
{
  struct Case {
    const char* base;
    const char* target;
    const char* url; // empty: refused
  };
  const Case cases[] = {
    {"https://gw.example/v1", "", "https://gw.example/v1/images/generations"},
    {"https://gw.example/v1", "/api/v1/tasks/7", "https://gw.example/api/v1/tasks/7"},
    {"https://gw.example/v1", "/get?id=a%2fb", "https://gw.example/get?id=a%2fb"},
    {"https://gw.example/v1", "https://gw.example/tasks/7", "https://gw.example/tasks/7"},
    {"https://gw.example/v1", "https://GW.example:443/tasks/7", "https://gw.example/tasks/7"},
    {"http://127.0.0.1:8/v1", "http://127.0.0.1:8/t", "http://127.0.0.1:8/t"},
    {"https://gw.example/v1", "http://gw.example/tasks/7", ""},
    {"https://gw.example/v1", "https://gw.example:8443/tasks/7", ""},
    {"https://gw.example/v1", "https://api.gw.example/tasks/7", ""},
    {"https://gw.example/v1", "https://gw.example.evil.example/tasks/7", ""},
    {"https://gw.example/v1", "https://gw.example@evil.example/tasks/7", ""},
    {"https://gw.example/v1", "https://evil.example/?https://gw.example/", ""},
    {"https://gw.example/v1", "https://user:pass@gw.example/tasks/7", ""},
    {"https://gw.example/v1", "https:///gw.example/tasks/7", ""},
    {"https://gw.example/v1", "https://%67w.example/tasks/7", ""},
    {"http://127.0.0.1:8/v1", "http://127.0.0.1:9/t", ""},
    {"http://127.0.0.1:8/v1", "http://169.254.169.254/latest", ""},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.base);
    CAPTURE(expected.target);
    auto to = gateway();
    to.base_url = expected.base;
    auto asked = request();
    asked.target = expected.target;
    const auto wire = wire_request(asked, to, {}, 1s);
    CHECK(wire.has_value() == (expected.url[0] != 0));
    if (wire) {
      CHECK(wire->url == expected.url);
      CHECK(wire->key == to.key);
    } else {
      CHECK(wire.error().failure_class == FailureClass::internal);
      CHECK(wire.error().message.find("not on the gateway's own server") != std::string::npos);
    }
  }
}

TEST_CASE("a request goes to the gateway with its headers and its time")
{
  const auto wire = wire_request(request({part(LIMN_PART_TEXT, "{}")}), gateway(), {}, 42s);
  REQUIRE(wire.has_value());
  CHECK(wire->method == "POST");
  CHECK(wire->url == "https://gw.example/v1/images/generations");
  CHECK(wire->timeout == 42s);
  CHECK(header(*wire, "Content-Type") == "application/json;");
  CHECK(header(*wire, "X-Team") == "art;");
  CHECK(body_of(*wire) == "{}");
}

TEST_CASE("the key goes to the bearer and nowhere else")
{
  for (const bool multipart : {false, true}) {
    auto described = request({field(part(LIMN_PART_TEXT, "x"), "prompt")});
    described.multipart = multipart;
    described.headers.clear();
    const auto wire = wire_request(described, gateway(), {}, 1s);
    REQUIRE(wire.has_value());
    CHECK(wire->key.reveal() == k_key);
    CHECK(wire->url.find(k_key) == std::string::npos);
    for (const auto& [name, value] : wire->headers) {
      CHECK(name.find(k_key) == std::string::npos);
      CHECK(value.find(k_key) == std::string::npos);
    }
    CHECK(body_of(*wire).find(k_key) == std::string::npos);
  }
  auto without_key = gateway();
  without_key.key = {};
  CHECK(wire_request(request(), without_key, {}, 1s).value().key.empty());
}

TEST_CASE("the key goes where the gateway's terms say, and nobody else sets that header")
{
  auto to = gateway();
  to.terms.key = {"x-team-key", ""};
  to.headers.emplace_back("X-Team-Key", "of limn.yaml");
  const auto wire = wire_request(request(), to, {}, 1s);
  REQUIRE(wire.has_value());
  CHECK(wire->key_form == KeyForm{"x-team-key", ""});
  CHECK(header(*wire, "X-Team-Key").empty());
  CHECK(header(*wire, "X-Team") == "art;");
  to.key = Secret(); // what is written there is all that the gateway has then
  CHECK(header(wire_request(request(), to, {}, 1s).value(), "X-Team-Key") == "of limn.yaml;");
  auto described = request();
  described.headers.emplace_back("X-TEAM-KEY", "of the provider");
  const auto refused = wire_request(described, to, {}, 1s);
  REQUIRE(!refused);
  CHECK(refused.error().failure_class == FailureClass::internal);
}

TEST_CASE("plain http is for loopback unless the gateway allows more")
{
  auto open = gateway();
  CHECK(wire_request(request(), open, {}, 1s).value().plaintext == Plaintext::loopback_only);
  open.allow_plaintext = true;
  CHECK(wire_request(request(), open, {}, 1s).value().plaintext == Plaintext::allowed);
}

TEST_CASE("a request without parts has no body")
{
  auto described = request();
  described.method = "GET";
  const auto wire = wire_request(described, gateway(), {}, 1s);
  REQUIRE(wire.has_value());
  CHECK(wire->method == "GET");
  CHECK(wire->body.empty());
}

TEST_CASE("parts follow each other, files as they are or as base64")
{
  const FreshFolder folder;
  const auto files =
    inputs({folder.write("one", "first"), folder.write("two", std::string("\0\xff", 2))});
  const auto wire = wire_request(
    request({part(LIMN_PART_TEXT, "{\"image\":\""), part(LIMN_PART_INPUT_BASE64, "", 1),
             part(LIMN_PART_TEXT, "\"}"), part(LIMN_PART_INPUT_BYTES, "", 0)}),
    gateway(), files, 1s);
  REQUIRE(wire.has_value());
  CHECK(body_of(*wire) == "{\"image\":\"AP8=\"}first");
}

TEST_CASE("a multipart body has these bytes")
{
  const FreshFolder folder;
  const auto files =
    inputs({folder.write("cat.png", "PNG\r\n--x"), folder.write("mask.png", "MASK")});
  auto described = request({
    field(part(LIMN_PART_TEXT, "a cat"), "prompt"),
    field(part(LIMN_PART_INPUT_BYTES, "", 0), "image[]", "cat.png", "image/png"),
    field(part(LIMN_PART_INPUT_BASE64, "", 1), "mask", "mask.txt"),
    field(part(LIMN_PART_TEXT, ""), "empty"),
  });
  described.multipart = true;
  described.headers = {{"Accept", "application/json"}};
  const auto wire = wire_request(described, gateway(), files, 1s);
  REQUIRE(wire.has_value());
  const auto boundary = boundary_of(*wire);
  CHECK(body_of(*wire)
        == "--" + boundary
             + "\r\n"
               "Content-Disposition: form-data; name=\"prompt\"\r\n"
               "\r\n"
               "a cat\r\n"
               "--"
             + boundary
             + "\r\n"
               "Content-Disposition: form-data; name=\"image[]\"; filename=\"cat.png\"\r\n"
               "Content-Type: image/png\r\n"
               "\r\n"
               "PNG\r\n--x\r\n"
               "--"
             + boundary
             + "\r\n"
               "Content-Disposition: form-data; name=\"mask\"; filename=\"mask.txt\"\r\n"
               "\r\n"
               "TUFTSw==\r\n"
               "--"
             + boundary
             + "\r\n"
               "Content-Disposition: form-data; name=\"empty\"\r\n"
               "\r\n"
               "\r\n"
               "--"
             + boundary + "--\r\n");
  CHECK(header(*wire, "Accept") == "application/json;");
}

TEST_CASE("a boundary is a fresh one and fit for a header")
{
  auto described = request({field(part(LIMN_PART_TEXT, "x"), "a")});
  described.multipart = true;
  described.headers.clear();
  const auto one = boundary_of(wire_request(described, gateway(), {}, 1s).value());
  const auto other = boundary_of(wire_request(described, gateway(), {}, 1s).value());
  CHECK(one != other);
  CHECK(one.size() >= 20);
  CHECK(one.size() <= 70); // RFC 2046
  CHECK(one.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
}

TEST_CASE("a name cannot break out of its field")
{
  auto described =
    request({field(part(LIMN_PART_TEXT, "x"), "a\"; b=\"c\r\nX: 1", "f\"\r\n\r\n.png")});
  described.multipart = true;
  described.headers.clear();
  const auto wire = wire_request(described, gateway(), {}, 1s);
  REQUIRE(wire.has_value());
  const auto boundary = boundary_of(*wire);
  CHECK(body_of(*wire)
        == "--" + boundary
             + "\r\nContent-Disposition: form-data; name=\"a%22; b=%22c%0D%0AX: 1\"; "
               "filename=\"f%22%0D%0A%0D%0A.png\"\r\n"
               "\r\n"
               "x\r\n"
               "--"
             + boundary + "--\r\n");
}

TEST_CASE("names beyond ASCII go as they are")
{
  auto described = request({field(part(LIMN_PART_TEXT, "x"), "image", "猫.png")});
  described.multipart = true;
  described.headers.clear();
  CHECK(body_of(wire_request(described, gateway(), {}, 1s).value()).find("filename=\"猫.png\"")
        != std::string::npos);
}

TEST_CASE("an input that the job does not have is the provider's fault")
{
  const FreshFolder folder;
  const auto files = inputs({folder.write("one", "x")});
  for (const auto kind : {LIMN_PART_INPUT_BYTES, LIMN_PART_INPUT_BASE64}) {
    for (const std::uint32_t index : {1U, 2U, 0xffffffffU}) {
      for (const bool multipart : {false, true}) {
        auto described =
          request({field(part(static_cast<std::uint32_t>(kind), "", index), "image")});
        described.multipart = multipart;
        const auto wire = wire_request(described, gateway(), files, 1s);
        REQUIRE(!wire);
        CHECK(wire.error().failure_class == FailureClass::internal);
        CHECK(wire.error().message.find(std::to_string(index)) != std::string::npos);
      }
    }
  }
  CHECK(!wire_request(request({part(LIMN_PART_INPUT_BYTES, "", 0)}), gateway(), {}, 1s));
}

} // namespace wire_request_test
