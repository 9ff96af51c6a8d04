#include "plugin/request_reader.hpp"

#include <limn/sdk.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace request_reader_test {

using namespace limn;
using sdk::to_abi;

namespace {

limn_request a_request()
{
  return {sizeof(limn_request),
          0,
          LIMN_STR("POST"),
          LIMN_STR("/images/generations"),
          nullptr,
          0,
          LIMN_BODY_CONCATENATED,
          0,
          nullptr,
          0,
          {}};
}

// What is wrong with it.
std::string verdict_on(const limn_request& request)
{
  const auto read = read_request(&request);
  return read ? "nothing" : read.error().what;
}

} // namespace

TEST_CASE("a method or a path that could reach elsewhere is refused")
{
  CHECK(verdict_on(a_request()) == "nothing");
  for (const std::string_view method : {"", "PO ST", "GET\r\nX: y", "G\xc3\x89T"}) {
    CAPTURE(std::string(method));
    auto request = a_request();
    request.method = to_abi(method);
    const auto verdict = verdict_on(request);
    CHECK(verdict.starts_with("described a request with the method \""));
  }
  for (const std::string_view path :
       {"", "images", "https://evil.example/", "@evil.example/", "/a b", "/a\r\nHost: evil.example",
        "/a#b", "/\xe4\xbd\x99"}) {
    CAPTURE(std::string(path));
    auto request = a_request();
    request.path = to_abi(path);
    CHECK(verdict_on(request).starts_with("described a request to \""));
  }
}

TEST_CASE("a target is an absolute path or URL of a request that costs nothing")
{
  for (const std::string_view target :
       {"", "/api/v1/tasks/7", "/a?b=c%2f", "https://gw.example/tasks/7", "http://127.0.0.1:8/t"}) {
    CAPTURE(std::string(target));
    auto request = a_request();
    request.target = to_abi(target);
    CHECK(verdict_on(request) == "nothing");
    request.flags = LIMN_REQUEST_BILLABLE;
    CHECK(verdict_on(request)
          == (target.empty() ? "nothing" : "described a billable request with a target"));
  }
  for (const std::string_view target :
       {"tasks/7", "//evil.example/t", "ftp://gw.example/", "javascript:1", "/a b", "/a\r\nb",
        "/a#b", "/\\evil.example", "/\xe4\xbd\x99", "@evil.example/"}) {
    CAPTURE(std::string(target));
    auto request = a_request();
    request.target = to_abi(target);
    CHECK(verdict_on(request).starts_with("described a request to the target \""));
  }
  auto request = a_request();
  request.target = {nullptr, 4};
  CHECK(verdict_on(request).ends_with("with a size but without data"));
  request.struct_size = offsetof(limn_request, target); // a plugin of minor 0 has none
  CHECK(verdict_on(request) == "nothing");
}

TEST_CASE("headers that carry a credential, redirect a request or frame it are refused by name")
{
  for (const char* name :
       {"Authorization", "AUTHORIZATION", "proxy-authorization", "Api-Key", "X-Api-Key", "Cookie",
        "Host", "Content-Length", "Transfer-Encoding", "Connection"}) {
    const limn_kv header{to_abi(name), LIMN_STR("x")};
    auto request = a_request();
    request.headers = &header;
    request.header_count = 1;
    CHECK(verdict_on(request)
          == std::string("described a request with the header ") + name
               + ", which only the host may set");
  }
}

TEST_CASE("the content type of a multipart body is the host's, of another body the provider's")
{
  const limn_kv header{LIMN_STR("Content-Type"), LIMN_STR("application/json")};
  auto request = a_request();
  request.headers = &header;
  request.header_count = 1;
  CHECK(verdict_on(request) == "nothing");
  request.body = LIMN_BODY_MULTIPART;
  CHECK(verdict_on(request).ends_with("the header Content-Type, which only the host may set"));
}

TEST_CASE("malformed headers are refused")
{
  const std::pair<limn_kv, const char*> cases[] = {
    {{LIMN_STR(""), LIMN_STR("x")}, "a header named \"\""},
    {{LIMN_STR("A B"), LIMN_STR("x")}, "a header named \"A B\""},
    {{LIMN_STR("A:"), LIMN_STR("x")}, "a header named \"A:\""},
    {{LIMN_STR("A"), LIMN_STR("x\r\nAuthorization: y")},
     "whose header A holds a control character"},
    {{LIMN_STR("A"), LIMN_STR("x\0y")}, "whose header A holds a control character"},
    {{{nullptr, 3}, LIMN_STR("x")}, "gave a header's name with a size but without data"},
    {{LIMN_STR("A"), {nullptr, 3}}, "gave a header's value with a size but without data"},
  };
  for (const auto& one : cases) {
    const auto& header = one.first;
    const auto& reason = one.second;
    CAPTURE(std::string(reason));
    auto request = a_request();
    request.headers = &header;
    request.header_count = 1;
    CHECK(verdict_on(request).find(reason) != std::string::npos);
  }
  auto request = a_request();
  request.header_count = 1;
  CHECK(verdict_on(request).ends_with("gave 1 headers, but no array"));
  request.header_count = 101;
  CHECK(verdict_on(request).ends_with("gave 101 headers, more than 100"));
}

TEST_CASE("malformed bodies are refused")
{
  const auto with = [](limn_part part, std::uint32_t body) {
    const limn_part* parts[] = {&part};
    auto request = a_request();
    request.body = body;
    request.parts = parts;
    request.part_count = 1;
    return verdict_on(request);
  };
  const auto part = [] {
    return limn_part{
      sizeof(limn_part), LIMN_PART_TEXT, LIMN_STR("x"), 0, 0, LIMN_STR("name"), {}, {}};
  };
  CHECK(with(part(), LIMN_BODY_CONCATENATED) == "nothing");
  CHECK(with(part(), LIMN_BODY_MULTIPART) == "nothing");
  CHECK(with(part(), 2).ends_with("described a body of unknown kind 2"));

  auto odd = part();
  odd.kind = 9;
  CHECK(with(odd, LIMN_BODY_CONCATENATED).ends_with("described a part of unknown kind 9"));
  odd = part();
  odd.kind = LIMN_PART_INPUT_BASE64;
  odd.input = 4; // whether the job has so many is for the host, who sends them
  CHECK(with(odd, LIMN_BODY_CONCATENATED) == "nothing");
  odd = part();
  odd.struct_size = offsetof(limn_part, media_type);
  CHECK(with(odd, LIMN_BODY_CONCATENATED)
          .ends_with("described a part that is smaller than limn_part of contract 1.0"));
  odd = part();
  odd.text = {nullptr, 5};
  CHECK(
    with(odd, LIMN_BODY_CONCATENATED).ends_with("gave a part's text with a size but without data"));
  odd = part();
  odd.name = {};
  CHECK(with(odd, LIMN_BODY_MULTIPART).ends_with("described a multipart field without a name"));
  odd = part();
  odd.filename = LIMN_STR("a\"\r\nb");
  CHECK(with(odd, LIMN_BODY_MULTIPART)
          .ends_with("described a multipart field with a control character in its header"));

  auto request = a_request();
  request.part_count = 1;
  CHECK(verdict_on(request).ends_with("described a body with parts, but no array of them"));
  const limn_part* none[] = {nullptr};
  request.parts = none;
  CHECK(verdict_on(request).ends_with(
    "described a part that is smaller than limn_part of contract 1.0"));
  request.part_count = 1001;
  CHECK(verdict_on(request).ends_with("described a body of 1001 parts, more than 1000"));
  request = a_request();
  request.struct_size = offsetof(limn_request, part_count);
  CHECK(verdict_on(request).ends_with(
    "described a request that is smaller than limn_request of contract 1.0"));
}

} // namespace request_reader_test
