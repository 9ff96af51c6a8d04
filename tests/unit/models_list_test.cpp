#include "gateways/models_list.hpp"

#include <doctest/doctest.h>

using limn::FailureClass;
using limn::find_model;
using limn::read_models_list;

using Ids = std::vector<std::string>;

TEST_CASE("a list that is too deep is refused by the name of its limit")
{
  const auto ids = read_models_list(std::string(100, '[') + std::string(100, ']'), 99);
  REQUIRE_FALSE(ids);
  CHECK(ids.error().failure_class == FailureClass::server);
  CHECK(ids.error().message.find("limits.max_json_depth") != std::string::npos);
  CHECK(ids.error().hint.find("limn config set limits.max_json_depth") != std::string::npos);
}

TEST_CASE("every shape of a models list is read")
{
  const std::string_view bodies[] = {
    R"({"object":"list","data":[{"id":"a","object":"model","created":1,"owned_by":"x"},{"id":"b"}]})",
    R"([{"id":"a"},{"id":"b"}])",
    R"({"data":[{"id":"a"},{"id":"b"}]})",
    R"({"success":true,"data":[{"id":"a"},{"id":"b"}],"object":"list"})",
    R"({"models":[{"slug":"a"},{"model":"b"}]})",
    R"({"models":[{"name":"models/a","displayName":"A"},{"name":"models/b"}],"nextPageToken":null})",
    R"({"models":["a","b"]})",
    R"({"data":["a","b"]})",
    R"({"data":[{"id":"a"},{"id":"b"}],"first_id":"a","has_more":false,"last_id":"b"})",
    R"({"data":{"data":[{"id":"a"},{"id":"b"}]}})",
    R"({"result":[{"id":"a"},{"id":"b"}]})",
    R"({"data":[{"id":"a"},{"id":"b"},{"id":"a"},{"id":""},{"id":7},{},null,["c"]]})",
    "\n\n\xEF\xBB\xBF[\"a\",\"b\"]",
  };
  for (const auto body : bodies) {
    CAPTURE(std::string(body));
    const auto ids = read_models_list(body);
    REQUIRE(ids);
    CHECK(*ids == Ids{"a", "b"});
  }
}

TEST_CASE("an empty list is a list")
{
  const auto ids = read_models_list(R"({"object":"list","data":[]})");
  REQUIRE(ids);
  CHECK(ids->empty());
}

TEST_CASE("what is no list fails with the class of what it is")
{
  const std::pair<std::string_view, FailureClass> rows[] = {
    {"<!doctype html><title>New API</title>", FailureClass::endpoint},
    {R"({"success":false,"message":"get user group failed"})", FailureClass::server},
    {R"({"success":false,"message":"余额不足","data":[]})", FailureClass::billing},
    {R"({"error":{"message":"x","code":"invalid_api_key"}})", FailureClass::auth},
    {R"({"hello":"world"})", FailureClass::endpoint},
    {"OK", FailureClass::endpoint},
    {"", FailureClass::endpoint},
    {"{\"data\":[", FailureClass::endpoint},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.first));
    const auto ids = read_models_list(row.first);
    REQUIRE_FALSE(ids);
    CHECK(ids.error().failure_class == row.second);
    CHECK_FALSE(ids.error().hint.empty());
  }
}

TEST_CASE("a list has its limits")
{
  std::string body = "[\"" + std::string(limn::k_max_model_id + 1, 'x') + "\",\""
                     + std::string(limn::k_max_model_id, 'y') + "\"";
  for (std::size_t i = 0; i < limn::k_max_models + 5; ++i) {
    body += ",\"m" + std::to_string(i) + "\"";
  }
  const auto ids = read_models_list(body + "]");
  REQUIRE(ids);
  CHECK(ids->size() == limn::k_max_models);
  CHECK(ids->front() == std::string(limn::k_max_model_id, 'y'));
}

TEST_CASE(
  "find_model prefers the very name, then the newest date, then a vendor's, then other letters")
{
  struct Row {
    Ids listed;
    std::string_view wanted;
    std::optional<std::string> found;
  };
  const Row rows[] = {
    {{"gpt-image-2-2026-04-21", "gpt-image-2", "openai/gpt-image-2"}, "gpt-image-2", "gpt-image-2"},
    {{"openai/gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-2-2026-08-20"},
     "gpt-image-2",
     "gpt-image-2-2026-08-20"},
    {{"gpt-image-2-2026-08-20", "gpt-image-2-2026-04-21"}, "gpt-image-2", "gpt-image-2-2026-08-20"},
    {{"x/y/gpt-image-2-2026-04-21", "openai/gpt-image-2"}, "gpt-image-2", "openai/gpt-image-2"},
    {{"openai/gpt-image-2-2026-04-21"}, "gpt-image-2", "openai/gpt-image-2-2026-04-21"},
    {{"OpenAI/GPT-Image-2", "GPT-Image-2"}, "gpt-image-2", "GPT-Image-2"},
    {{"GPT-IMAGE-2", "openai/gpt-image-2"}, "gpt-image-2", "openai/gpt-image-2"},
    {{"openai/gpt-image-2-2026-04-21"}, "openai/gpt-image-2", "openai/gpt-image-2-2026-04-21"},
    {{"gpt-image-2-2026-04-21"}, "gpt-image-2-2026-04-21", "gpt-image-2-2026-04-21"},
    {{"gpt-image-2.5-flare", "gpt-image-2-mini", "gpt-image-2x", "my-gpt-image-2",
      "gpt-image-2-2026-04", "gpt-image-2-2026-04-21-x", "gpt-image-2/edit", "gpt-image-2-20260421",
      "gpt-image"},
     "gpt-image-2",
     {}},
    {{"gpt-image-2"}, "gpt-image-2-2026-04-21", {}},
    {{"gpt-image-2"}, "", {}},
    {{}, "gpt-image-2", {}},
    {{"", "/", "a/"}, "gpt-image-2", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.wanted));
    CHECK(find_model(row.listed, row.wanted) == row.found);
  }
}

TEST_CASE("what was meant is the nearest that draws, then what draws, then anything")
{
  struct Row {
    Ids listed;
    Ids wanted;
    Ids likely;
    std::size_t near;
  };
  for (const auto& row : {
         Row{{"gpt-5", "gpt-image-1", "gpt-image-2"},
             {"gpt-image2"},
             {"gpt-image-2", "gpt-image-1"},
             2},
         Row{{"gpt-5", "gpt-image-1", "flux-pro"}, {"gpt-image2"}, {"gpt-image-1", "flux-pro"}, 1},
         Row{
           {"dall-e-3", "gpt-image-2"}, {"gpt-image2", "dalle-3"}, {"gpt-image-2", "dall-e-3"}, 2},
         Row{{"chat", "flux-pro"}, {"gpt-image-2"}, {"flux-pro"}, 0},
         Row{{"chat-a", "chat-b"}, {"chat-c"}, {"chat-a", "chat-b"}, 2},
         Row{{"one", "two"}, {"gpt-image-2"}, {"one", "two"}, 0},
         Row{{}, {"gpt-image-2"}, {}, 0},
       }) {
    CAPTURE(row.wanted.front());
    const auto likely = likely_models(row.listed, row.wanted, 8);
    CHECK(likely.ids == row.likely);
    CHECK(likely.near == row.near);
  }
  const Ids many(1000, "flux");
  CHECK(likely_models(many, Ids{"flux"}, 8).ids.size() == 1);
}
