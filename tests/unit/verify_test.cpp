#include "gateways/verify.hpp"
#include "http/transport.hpp"
#include "loop/epoll_loop.hpp"
#include "run_until.hpp"
#include "scripted_server.hpp"
#include "silence.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace limn;

namespace {

struct Verifier {
  std::string body;
  int status = 200;
  GatewayTerms terms;
  std::string asked; // the target of the last request
  test::Silence log;
  test::ScriptedServer server{[this](std::string_view, std::string_view target) {
    asked = target;
    return test::Reply{test::response(status, body), test::Reply::After::keep};
  }};
  std::unique_ptr<Loop> loop = std::move(*epoll_loop());
  std::unique_ptr<Transport> transport =
    std::make_unique<Transport>(*loop, TransportOptions(), log);

  ModelCheck check(int a_status, std::string a_body)
  {
    status = a_status;
    body = std::move(a_body);
    Gateway gateway;
    gateway.base_url = server.origin() + "/v1";
    gateway.key = Secret("a-key-of-the-test");
    gateway.terms = terms;
    const FailureWords words;
    std::optional<ModelCheck> result;
    const ModelQuery query(*transport, gateway, {"gpt-image-2"}, words, 64,
                           [&](ModelCheck told) { result = std::move(told); });
    test::run_until(*loop, [&] { return result.has_value(); });
    return std::move(*result);
  }
};

} // namespace

TEST_CASE(
  "a list of models, or what stands in its place, tells whether the gateway is asked to draw")
{
  using State = ModelCheck::State;
  struct Case {
    int status;
    std::string body;
    State state;
  };
  const auto error = [](const std::string& message) {
    return R"({"error":{"message":")" + message + R"(","type":"invalid_request_error"}})";
  };
  const Case cases[] = {
    {200, R"({"data":[{"id":"gpt-image-2"}]})", State::listed},
    {200, R"({"data":[{"id":"gpt-image-1"}]})", State::not_listed},
    {200, "<html>welcome</html>", State::no_list},
    {404, error("Not found"), State::no_list},
    {500, error("oops"), State::no_list},
    {401, error("Incorrect API key provided"), State::failed},
    {402, error("Insufficient balance"), State::failed},
    {403, error("Your account was deactivated"), State::failed},
    // A key may be one for drawing that may not list.
    {403,
     error("You have insufficient permissions for this operation. Missing scopes: api.model.read."),
     State::no_list},
    {403, error("This key is not allowed to list models"), State::no_list},
  };
  Verifier verifier;
  for (const auto& one : cases) {
    CAPTURE(one.status);
    CAPTURE(one.body);
    CHECK(verifier.check(one.status, one.body).state == one.state);
  }
}

TEST_CASE("a gateway is asked as its terms say")
{
  using State = ModelCheck::State;
  Verifier verifier;
  verifier.terms.key = {"api-key", ""};
  verifier.terms.models_path = "/models?pageSize=1000";
  verifier.terms.models_list = "page/items";
  verifier.terms.models_id = "name";
  const auto check = verifier.check(
    200, R"({"data":[{"id":"a"}],"page":{"items":[{"id":"x","name":"models/gpt-image-2"}]}})");
  CHECK(check.state == State::listed);
  CHECK(check.model == "gpt-image-2");
  CHECK(verifier.asked == "/v1/models?pageSize=1000");
  CHECK(verifier.check(200, R"({"data":[{"id":"gpt-image-2"}]})").state == State::no_list);
}

TEST_CASE("where no list is told of, an answer says what it can: that the key is good")
{
  using State = ModelCheck::State;
  Verifier verifier;
  verifier.terms.models = GatewayTerms::Models::key_check;
  const auto good = verifier.check(200, R"({"data":[{"id":"gpt-image-2-2026-04-21"}]})");
  CHECK(good.state == State::no_list);
  CHECK(good.takes_key);
  CHECK(good.model.empty());
  const auto bad = verifier.check(401, R"({"error":{"code":"401","message":"Access denied"}})");
  CHECK(bad.state == State::failed);
  CHECK_FALSE(bad.takes_key);
  CHECK_FALSE(verifier.check(404, R"({"error":{"message":"Resource not found"}})").takes_key);
  CHECK_FALSE(verifier.check(200, "<html>welcome</html>").takes_key);

  verifier.terms.models = GatewayTerms::Models::no_list;
  verifier.asked.clear();
  const auto nobody = verifier.check(200, "{}");
  CHECK(nobody.state == State::no_list);
  CHECK_FALSE(nobody.takes_key);
  CHECK(nobody.http_status == 0);
  CHECK(verifier.asked.empty());
}
