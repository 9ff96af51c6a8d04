#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;
using namespace std::chrono_literals;

void add_gateway_rows(Rows& rows)
{
  // one-api and its forks
  rows.add(200, billing,
           R"~({"error":{"message":"user quota is not enough","type":"one_api_error"}})~");
  rows.add(
    403, billing,
    R"~({"error":{"message":"user quota is not enough","type":"one_api_error","code":"insufficient_user_quota"}})~");
  rows.add(
    429, rate_limited,
    R"~({"error":{"message":"当前分组负载已饱和，请稍后再试，或升级账户以提升服务质量。","type":"one_api_error"}})~");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"size not supported for this image model","type":"invalid_request_error","code":"size_not_supported"}})~")
    .param("size");
  rows.add(
    400, invalid_request,
    R"~({"error":{"message":"prompt is too long","type":"invalid_request_error","code":"prompt_too_long"}})~");
  rows.add(400, invalid_request,
           R"~({"error":{"message":"n is not within range","code":"n_not_within_range"}})~");
  rows.add(400, invalid_request,
           R"~({"error":{"message":"prompt is required","code":"prompt_missing"}})~");
  // sub2api
  rows.add(401, auth, R"~({"code":"API_KEY_REQUIRED","message":"API key is required"})~");
  rows.add(401, auth, R"~({"code":"INVALID_API_KEY","message":"Invalid API key"})~");
  rows.add(401, auth, R"~({"code":"API_KEY_DISABLED","message":"x"})~");
  rows.add(401, auth, R"~({"code":"USER_INACTIVE","message":"x"})~");
  rows.add(403, billing,
           R"~({"code":"INSUFFICIENT_BALANCE","message":"Insufficient account balance"})~");
  rows.add(403, billing,
           R"~({"code":"SUBSCRIPTION_NOT_FOUND","message":"No active subscription"})~");
  rows.add(403, access, R"~({"code":"ACCESS_DENIED","message":"x"})~");
  rows.add(429, billing, R"~({"code":"USAGE_LIMIT_EXCEEDED","message":"x"})~");
  // LiteLLM
  rows.add(
    429, billing,
    R"~({"error":{"message":"Budget has been exceeded! Key=.. Current cost: 0.06, Max budget: 0.05","type":"budget_exceeded","param":null,"code":"429"}})~");
  rows.add(
    400, billing,
    R"~({"error":{"message":"Budget has been exceeded! Current cost: 0.06, Max budget: 0.05","type":"budget_exceeded","param":"None","code":"400"}})~");
  rows.add(
    401, auth,
    R"~({"error":{"message":"x","type":"token_not_found_in_db","param":"key","code":"401"}})~");
  rows.add(400, auth,
           R"~({"error":{"message":"x","type":"expired_key","param":"key","code":"400"}})~");
  rows.add(401, auth,
           R"~({"error":{"message":"x","type":"auth_error","param":"None","code":"401"}})~");
  rows.add(
    401, access,
    R"~({"error":{"message":"key not allowed to access model","type":"key_model_access_denied","param":"model","code":"401"}})~");
  rows.add(
    429, model,
    R"~({"error":{"message":"No deployments available for selected model","type":"None","param":"None","code":"429"}})~");
  rows.add(
    400, model,
    R"~({"error":{"message":"There are no healthy deployments for this model","type":"None","param":"None","code":"400"}})~");
  // OpenRouter
  rows.add(
    402, billing,
    R"~({"error":{"code":402,"message":"Insufficient credits","metadata":{"provider_name":"x"}}})~");
  rows.add(200, billing, R"~({"error":{"code":402,"message":"Add more, please"}})~");
  rows.add(200, rate_limited, R"~({"error":{"code":429,"message":"busy"}})~");
  rows.add(200, outcome_unknown, R"~({"error":{"code":504,"message":"upstream is slow"}})~");
  rows.add(
    403, content,
    R"~({"error":{"code":403,"message":"Refused","metadata":{"reasons":["violence"],"flagged_input":"x"}}})~");
  rows.add(
    502, outcome_unknown,
    R"~({"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"boom"}}})~");
  // Portkey
  rows.add(412, billing, R"~({"status":"failure","message":"budget exhausted"})~");
  rows.add(446, content,
           R"~({"error":{"message":"hooks failed","type":"hooks_failed"},"hook_results":{}})~");
  rows.add(200, server, R"~({"status":"failure","message":"nothing works"})~");
  // Azure OpenAI
  rows.add(
    400, content,
    R"~({"created":1,"error":{"code":"contentFilter","message":"Your task failed as a result of our safety system."}})~");
  rows.add(
    401, auth,
    R"~({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}})~");
  rows.add(
    404, model,
    R"~({"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}})~");
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"code":"429","message":"Requests have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 59 seconds. To increase your quota, visit the portal."}})~")
    .wait(59s);
  // DeepSeek style
  rows.add(
    402, billing,
    R"~({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})~");
  // SiliconFlow
  rows.add(
    403, billing,
    R"~({"code":30011,"message":"The selected model requires paid balance. Your paid balance is insufficient...","data":null})~");
  rows.add(403, billing, R"~({"code":30001,"message":"x","data":null})~");
  // MiniMax
  rows.add(200, rate_limited, R"~({"base_resp":{"status_code":1002,"status_msg":"x"}})~");
  rows.add(200, auth, R"~({"base_resp":{"status_code":1004,"status_msg":"x"}})~");
  rows.add(200, content, R"~({"base_resp":{"status_code":1026,"status_msg":"x"}})~");
  rows.add(200, invalid_request, R"~({"base_resp":{"status_code":2013,"status_msg":"x"}})~");
  rows.add(200, auth, R"~({"base_resp":{"status_code":2049,"status_msg":"x"}})~");
  // Zhipu
  rows.add(429, rate_limited,
           R"~({"error":{"code":"1302","message":"您的账户已达到速率限制，请您控制请求频率"}})~");
  // Google
  rows.add(
    404, model,
    R"~([{"error":{"code":404,"message":"models/x is not found for API version v1beta","status":"NOT_FOUND"}}])~");
  rows.add(404, endpoint, R"~({"error":{"code":404,"message":"..","status":"NOT_FOUND"}})~");
  rows.add(
    429, rate_limited,
    R"~({"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}})~");
  rows.add(
    429, billing,
    R"~([{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED"}}])~");
  rows.add(
    400, auth,
    R"~({"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}})~");
  // Pollinations, fal
  rows.add(400, unclear, R"~({"success":false,"error":{"message":"bad","code":"BAD_REQUEST"}})~");
  rows
    .add(422, unclear,
         R"~({"detail":[{"loc":["body","image_url"],"msg":"bad","type":"value_error"}]})~")
    .param("image_url");
  // keep-alive lines in front of the body
  rows.add(200, billing,
           "\n\n \r\n\xEF\xBB\xBF{\"error\":{\"message\":\"x\",\"code\":\"insufficient_quota\"}}");
  // in front of everything else
  rows.add(403, access, "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>");
  rows.add(400, endpoint,
           "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>");
  rows.add(407, unreachable, "");
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"message":"当前分组负载已饱和，请稍后再试，或升级账户以提升服务质量。 (request id: 1)","type":"one_api_error","param":"","code":""}})~")
    .header("retry-after", "3")
    .wait(3s);
  rows.add(
    403, access,
    R"~({"error":{"message":"该令牌无权使用模型：gpt-image-2","type":"v_api_error","param":"","code":""}})~");
  rows.add(
    403, billing,
    R"~({"error":{"message":"该令牌额度已用尽","type":"v_api_error","param":"","code":""}})~");
  rows
    .add(401, auth,
         R"~({"code":"USER_NOT_FOUND","message":"User associated with API key not found"})~")
    .says("User associated with API key not found");
  rows.add(403, billing, R"~({"code":"SUBSCRIPTION_INVALID","message":"expired"})~");
  rows.add(503, model, R"~({"error":{"type":"api_error","message":"No available accounts"}})~");
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"message":"Rate limit exceeded for api_key: b2f1. Limit type: requests. Current limit: 1, Remaining: 0.","type":"throttling_error","param":null,"code":"429"}})~")
    .header("reset_at", "2026-11-22 12:00:18 UTC")
    .header("rate_limit_type", "requests")
    .wait(18s);
  rows.add(
    429, rate_limited,
    R"~({"error":{"message":"litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached for gpt-image-2","type":"throttling_error","param":null,"code":"429"}})~");
  rows.add(
    429, billing,
    R"~({"error":{"message":"No deployments available - crossed budget","type":null,"param":null,"code":"429"}})~");
  rows.add(
    401, auth,
    R"~({"error":{"message":"Authentication Error, Expired Key","type":"expired_key","param":"key","code":"401"}})~");
  for (
    const auto* body :
    {R"~({"error":{"message":"x","type":"key_model_access_denied","param":"model","code":"403"}})~",
     R"~({"error":{"message":"x","type":"team_model_access_denied","param":"model","code":"403"}})~"}) {
    rows.add(403, access, body);
  }
  rows
    .add(
      402, billing,
      R"~({"error":{"code":402,"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits"}})~")
    .says("Insufficient credits. Add more using https://openrouter.ai/settings/credits");
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"code":429,"message":"Rate limited","metadata":{"provider_name":"OpenAI"}}})~")
    .header("retry-after", "5")
    .wait(5s);
  rows
    .add(
      503, server,
      R"~({"error":{"code":503,"message":"There is no available model provider that meets your routing requirements"}})~")
    .header("retry-after", "9")
    .wait(9s);
  rows.add(408, outcome_unknown, R"~({"error":{"code":408,"message":"Your request timed out"}})~");
  rows.add(
    403, content,
    R"~({"error":{"code":403,"message":"Your chosen model requires moderation and your input was flagged","metadata":{"reasons":["sexual"],"flagged_input":"x","provider_name":"OpenAI"}}})~");
  rows
    .add(
      200, outcome_unknown,
      R"~({"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"OpenAI","raw":"<html><head><title>502 Bad Gateway</title></head></html>"}}})~")
    .says("Provider returned error; a web page (502 Bad Gateway)");
  rows.add(401, auth, R"~({"status":"failure","message":"Invalid API Key"})~")
    .header("x-portkey-gateway-exception", "true");
  rows.add(500, server, R"~({"status":"failure","message":"Something went wrong"})~")
    .header("x-portkey-gateway-exception", "true");
  rows.add(
    446, content,
    R"~({"error":{"message":"The guardrail checks defined in the config failed.","type":"hooks_failed","param":null,"code":null},"hook_results":{"before_request_hooks":[]}})~");
  rows.add(
    400, content,
    R"~({"error":{"code":"content_filter","message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy."}})~");
  rows.add(
    404, model,
    R"~({"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}})~");
  rows.add(
    403, billing,
    R"~({"code":30001,"message":"Sorry, your account balance is insufficient","data":null})~");
  rows.add(200, content,
           R"~({"base_resp":{"status_code":1027,"status_msg":"output new_sensitive"}})~");
  rows.add(200, outcome_unknown,
           R"~({"base_resp":{"status_code":1001,"status_msg":"request timeout"}})~");
  rows
    .add(
      200, rate_limited,
      R"~({"id":"1","data":{"image_urls":null},"base_resp":{"status_code":1002,"status_msg":"rate limit"}})~")
    .says("rate limit");
  rows.add(429, billing, R"~({"error":{"code":"1113","message":"您的账户已欠费，请充值后重试"}})~")
    .says("您的账户已欠费，请充值后重试");
  rows.add(429, rate_limited,
           R"~({"error":{"code":"1305","message":"该模型当前访问量过大，请您稍后再试"}})~");
  rows.add(
    400, content,
    R"~({"error":{"code":"1301","message":"系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合"}})~");
  rows.add(
    503, server,
    R"~([{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}])~");
  rows.add(
    401, auth,
    R"~({"success":false,"error":{"code":"UNAUTHORIZED","message":"Authentication required"},"status":401})~");
  rows.add(
    402, billing,
    R"~({"success":false,"error":{"code":"PAYMENT_REQUIRED","message":"Insufficient pollen balance"},"status":402})~");
  rows
    .add(
      422, content,
      R"~({"detail":[{"loc":["body","prompt"],"msg":"The content could not be processed because it contained material flagged by a content checker.","type":"content_policy_violation"}]})~")
    .param("prompt");
  rows
    .add(200, server,
         "\r\n\r\n\r\n{\"error\":{\"message\":\"upstream failed\",\"type\":\"server_error\"}}")
    .says("upstream failed");
  rows
    .add(451, content,
         R"~({"error":{"message":"内容不合规","type":"apiyi_error","param":"","code":""}})~")
    .says("内容不合规");
  // A base URL that is a site, a portal or a challenge
  rows.add(200, endpoint, "<html><head><title>New API</title></head></html>")
    .says("The base URL answered with a web page (New API).");
  rows.add(200, endpoint, "\xEF\xBB\xBF  <!DOCTYPE html><html>");
  rows.add(404, endpoint, "<html><head><title>404 Not Found</title></head></html>")
    .says("The gateway answered with status 404 and a web page (404 Not Found).");
}

} // namespace limn::test
