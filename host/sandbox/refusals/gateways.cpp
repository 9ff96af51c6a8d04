#include "sandbox/refusals/refusals.hpp"

namespace limn::sandbox {

namespace {

constexpr Behaviour k_litellm[] = {
  {.name = "litellm-budget",
   .summary = "429 budget_exceeded; its code is a string",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"Budget has been exceeded! Key=.. Current cost: 0.06, Max budget: 0.05","type":"budget_exceeded","param":null,"code":"429"}})json"}},
  {.name = "litellm-budget-400",
   .summary = "400 budget_exceeded, as older ones",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Budget has been exceeded! Current cost: 0.06, Max budget: 0.05","type":"budget_exceeded","param":"None","code":"400"}})json"}},
  {.name = "litellm-unknown-key",
   .summary = "401 token_not_found_in_db, on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"Authentication Error, Invalid proxy server token passed.","type":"token_not_found_in_db","param":"key","code":"401"}})json",
      .scope = Scope::everything}},
  {.name = "litellm-expired-key",
   .summary = "401 expired_key, on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"Authentication Error, Expired Key.","type":"expired_key","param":"key","code":"401"}})json",
      .scope = Scope::everything}},
  {.name = "litellm-auth",
   .summary = "401 auth_error, on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"Authentication Error","type":"auth_error","param":null,"code":"401"}})json",
      .scope = Scope::everything}},
  {.name = "litellm-model-denied",
   .summary = "403 key_model_access_denied",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"key not allowed to access model. This key can only access models=['gpt-5.5'].","type":"key_model_access_denied","param":"model","code":"403"}})json"}},
  {.name = "litellm-unknown-route",
   .summary = "404 {\"detail\":\"Not Found\"}",
   .refusal = {.status = 404, .body = R"json({"detail":"Not Found"})json"}},
  {.name = "litellm-no-deployments",
   .summary = "429 No deployments available",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"No deployments available for selected model, Try again in 5 seconds. Passed model=%model%.","type":null,"param":null,"code":"429"}})json"}},
  {.name = "litellm-unhealthy",
   .summary = "400 no healthy deployments",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"There are no healthy deployments for this model. Received Model Group=%model%","type":null,"param":null,"code":"400"}})json"}},
  {.name = "litellm-rate-limit",
   .summary = "429 with reset_at two seconds ahead, for the first request of each key, then draws",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"Rate limit exceeded for api_key: b2f139a7. Limit type: requests. Current limit: 1, Remaining: 0.","type":"throttling_error","param":null,"code":"429"}})json",
      .header = "rate_limit_type: requests\nreset_at: %two_seconds_ahead%",
      .times = Times::once_per_key}},
};

constexpr Behaviour k_openrouter[] = {
  {.name = "openrouter-402",
   .summary = "402; its code is a number",
   .refusal =
     {.status = 402,
      .body =
        R"json({"error":{"code":402,"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits","metadata":{"provider_name":"OpenAI"}}})json"}},
  {.name = "openrouter-402-in-200",
   .summary = "200 with a 402 inside",
   .refusal = {.status = 200,
               .body = R"json({"error":{"code":402,"message":"Insufficient credits"}})json"}},
  {.name = "openrouter-429",
   .summary = "429 with Retry-After: 1 for the first request of each key, then draws",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"code":429,"message":"Rate limited","metadata":{"provider_name":"OpenAI"}}})json",
      .header = "Retry-After: 1",
      .times = Times::once_per_key}},
  {.name = "openrouter-503",
   .summary = "503: no provider meets the routing requirements",
   .refusal =
     {.status = 503,
      .body =
        R"json({"error":{"code":503,"message":"There is no available model provider that meets your routing requirements"}})json",
      .header = "Retry-After: 1"}},
  {.name = "openrouter-moderation",
   .summary = "403: the input was flagged",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"code":403,"message":"Your chosen model requires moderation and your input was flagged","metadata":{"reasons":["violence"],"flagged_input":"...","provider_name":"OpenAI"}}})json"}},
  {.name = "openrouter-error-in-200",
   .summary = "200 with a 502 inside: drawing had begun",
   .refusal =
     {.status = 200,
      .body =
        R"json({"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"OpenAI","raw":"upstream closed the connection"}}})json",
      .charge = Charge::certain}},
  {.name = "openrouter-error-in-sse",
   .summary = "200 with events: an event without a name holds the error",
   .refusal = {.body = R"json({"error":{"code":502,"message":"Provider disconnected"}})json"},
   .streaming = Streaming::error_unnamed},
};

constexpr Behaviour k_portkey[] = {
  {.name = "portkey-failure",
   .summary = "500 {\"status\":\"failure\"}: it failed by itself",
   .refusal = {.status = 500,
               .body = R"json({"status":"failure","message":"Something went wrong"})json",
               .header = "x-portkey-gateway-exception: true"}},
  {.name = "portkey-412",
   .summary = "412: the budget is used up",
   .refusal = {.status = 412,
               .body = R"json({"status":"failure","message":"Budget exhausted"})json"}},
  {.name = "portkey-446",
   .summary = "446: a guardrail refused",
   .refusal =
     {.status = 446,
      .body =
        R"json({"error":{"message":"The guardrail checks defined in the config failed. You can find more information in the `hook_results` object.","type":"hooks_failed","param":null,"code":null},"hook_results":{"before_request_hooks":[],"after_request_hooks":[]}})json",
      .charge = Charge::possible}},
  {.name = "portkey-246",
   .summary = "246: drawn, though a guardrail objected",
   .drawn_status = 246},
};

constexpr Behaviour k_azure[] = {
  {.name = "azure-content-filter",
   .summary = "400 contentFilter",
   .refusal =
     {.status = 400,
      .body =
        R"json({"created":1777370000,"error":{"code":"contentFilter","message":"Your task failed as a result of our safety system."}})json",
      .charge = Charge::possible}},
  {.name = "azure-key",
   .summary = "401: invalid subscription key, on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}})json",
      .scope = Scope::everything}},
  {.name = "azure-429",
   .summary = "429, once: over the rate of the deployment",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"code":"429","message":"Requests to the ImageGenerations_Create Operation under Azure OpenAI API version 2025-04-01-preview have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 1 second. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."}})json",
      .header = "retry-after: 1",
      .times = Times::once_per_key}},
  {.name = "azure-deployment",
   .summary = "404 DeploymentNotFound",
   .refusal =
     {.status = 404,
      .body =
        R"json({"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}})json"}},
};

constexpr Behaviour k_makers[] = {
  {.name = "siliconflow-30011",
   .summary = "403: the model requires paid balance",
   .refusal =
     {.status = 403,
      .body =
        R"json({"code":30011,"message":"The selected model requires paid balance. Your paid balance is insufficient. Please top up and try again.","data":null})json"}},
  {.name = "siliconflow-30001",
   .summary = "403: the balance is insufficient",
   .refusal =
     {.status = 403,
      .body =
        R"json({"code":30001,"message":"Sorry, your account balance is insufficient","data":null})json"}},
  {.name = "minimax-1002",
   .summary = "200 with base_resp.status_code 1002: rate limit",
   .refusal = {.status = 200,
               .body = R"json({"base_resp":{"status_code":1002,"status_msg":"rate limit"}})json"}},
  {.name = "minimax-1004",
   .summary = "200 with base_resp.status_code 1004: not authorized",
   .refusal = {.status = 200,
               .body =
                 R"json({"base_resp":{"status_code":1004,"status_msg":"not authorized"}})json"}},
  {.name = "minimax-1026",
   .summary = "200 with base_resp.status_code 1026: the prompt is sensitive",
   .refusal = {.status = 200,
               .body =
                 R"json({"base_resp":{"status_code":1026,"status_msg":"input new_sensitive"}})json",
               .charge = Charge::possible}},
  {.name = "minimax-2013",
   .summary = "200 with base_resp.status_code 2013: invalid params",
   .refusal = {.status = 200,
               .body =
                 R"json({"base_resp":{"status_code":2013,"status_msg":"invalid params"}})json"}},
  {.name = "minimax-2049",
   .summary = "200 with base_resp.status_code 2049: invalid key",
   .refusal = {.status = 200,
               .body =
                 R"json({"base_resp":{"status_code":2049,"status_msg":"invalid api key"}})json"}},
  {.name = "zhipu-1302",
   .summary = "429 with the code \"1302\": 速率限制",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"code":"1302","message":"您的账户已达到速率限制，请您控制请求频率"}})json"}},
  {.name = "zhipu-1113",
   .summary = "429 with the code \"1113\": 欠费",
   .refusal = {.status = 429,
               .body =
                 R"json({"error":{"code":"1113","message":"您的账户已欠费，请充值后重试"}})json"}},
  {.name = "google-404",
   .summary = "404 NOT_FOUND",
   .refusal =
     {.status = 404,
      .body =
        R"json({"error":{"code":404,"message":"models/%model% is not found for API version v1main, or is not supported for predict.","status":"NOT_FOUND"}})json"}},
  {.name = "google-404-in-array",
   .summary = "the same in a list",
   .refusal =
     {.status = 404,
      .body =
        R"json([{"error":{"code":404,"message":"models/%model% is not found for API version v1main, or is not supported for predict.","status":"NOT_FOUND"}}])json"}},
  {.name = "google-429",
   .summary = "429 RESOURCE_EXHAUSTED: a rate limit that speaks of quota",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}})json"}},
  {.name = "pollinations-400",
   .summary = "400 {\"success\":false,\"error\":{...}}",
   .refusal =
     {.status = 400,
      .body =
        R"json({"success":false,"error":{"code":"BAD_REQUEST","message":"Something was wrong with the input data"},"status":400})json"}},
  {.name = "fal-422",
   .summary = "422 with a list of what is wrong where",
   .refusal =
     {.status = 422,
      .body =
        R"json({"detail":[{"loc":["body","image_url"],"msg":"field required","type":"value_error.missing"}]})json"}},
};

constexpr Behaviour k_china[] = {
  {.name = "alibaba-arrearage",
   .summary = "400 Arrearage: an overdue account, without a word of balance",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"code":"Arrearage","param":null,"message":"Access denied, please make sure your account is in good standing.","type":"Arrearage"},"request_id":"f9"})json"}},
  {.name = "alibaba-free-tier",
   .summary = "403 AllocationQuota.FreeTierOnly",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"code":"AllocationQuota.FreeTierOnly","message":"The free tier of the model has been exhausted.","type":"AllocationQuota.FreeTierOnly"}})json"}},
  {.name = "alibaba-inspection",
   .summary = "400 data_inspection_failed",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Input data may contain inappropriate content.","type":"data_inspection_failed","param":null,"code":"data_inspection_failed"}})json"}},
  {.name = "content-in-chinese",
   .summary = "400: content, in words alone",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"提示词违规，请修改后重试","type":"invalid_request_error","param":null,"code":null}})json"}},
  {.name = "modelscope-jobs-only",
   .summary = "400: images only as jobs",
   .refusal =
     {.status = 400,
      .body =
        R"json({"errors":{"message":"image-gen task currently does not support synchronous calls."},"request_id":"ff"})json"}},
  {.name = "ark-size",
   .summary = "400 for every size, with an empty param",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"code":"InvalidParameter","message":"The parameter `size` specified in the request is not valid: size must be one of '2k', '3k', or '4k'. Request id: 0217","param":"","type":"BadRequest"}})json"}},
  {.name = "google-expired-key",
   .summary = "400 API_KEY_INVALID, in a list",
   .refusal =
     {.status = 400,
      .body =
        R"json([{"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}])json"}},
  {.name = "google-key",
   .summary = "400 API_KEY_INVALID, on every path",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}},{"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en-US","message":"API key not valid. Please pass a valid API key."}]}})json",
      .scope = Scope::everything}},
  {.name = "google-blocked",
   .summary = "200 promptFeedback.blockReason, and no candidate",
   .refusal =
     {.status = 200,
      .body =
        R"json({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":12,"totalTokenCount":12},"modelVersion":"gemini-2.5-flash-image"})json",
      .charge = Charge::possible}},
  {.name = "google-filtered",
   .summary = "200, and the reason of a refusal where the image would be",
   .refusal =
     {.status = 200,
      .body =
        R"json({"predictions":[{"raiFilteredReason":"All images were filtered out because they violated the usage guidelines."}]})json",
      .charge = Charge::possible}},
  {.name = "codex-model",
   .summary = "400: not a model of this account",
   .refusal =
     {.status = 400,
      .body =
        R"json({"detail":"The '%model%' model is not supported when using Codex with a ChatGPT account."})json"}},
};

constexpr Group k_gateways_groups[] = {
  {"LiteLLM", k_litellm},
  {"OpenRouter", k_openrouter},
  {"Portkey", k_portkey},
  {"Azure OpenAI", k_azure},
  {"SiliconFlow, MiniMax, Zhipu, Google, Pollinations, fal", k_makers},
  {"Alibaba, Ark, Google and others, by their documentation", k_china}};

} // namespace

std::span<const Group> gateways_refusals()
{
  return k_gateways_groups;
}

} // namespace limn::sandbox
