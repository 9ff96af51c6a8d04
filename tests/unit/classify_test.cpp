#include "codec/classify.hpp"
#include "codec/failure_texts.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using limn::Answer;
using limn::classify;
using limn::Failure;
using limn::FailureClass;
using limn::FailureWord;
using limn::FailureWords;
using limn::Pairs;
using enum limn::FailureClass;
using namespace std::chrono_literals;

namespace {

// Sun, 22 Nov 2026 12:00:00 GMT
constexpr std::chrono::system_clock::time_point k_now =
  std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

std::optional<Failure> judge(int status, std::string_view body, const Pairs& headers = {},
                             const FailureWords& extra = {})
{
  return classify({status, &headers, body}, extra, k_now);
}

struct Row {
  int status;
  std::string_view body;
  FailureClass expected;
  std::string_view param = {};
};

const Row
  k_openai
    [] =
      {
        {400,
         R"~({"error":{"message":"Unknown parameter: 'response_format'.","type":"invalid_request_error","param":"response_format","code":"unknown_parameter"}})~",
         parameter, "response_format"},
        {400,
         R"~({"error":{"message":"Unknown parameter: 'response_format'.","type":"invalid_request_error","param":null,"code":null}})~",
         parameter, "response_format"},
        {400,
         R"~({"error":{"message":"Unknown parameter: 'tools[0].n'.","type":"invalid_request_error","param":"tools[0].n","code":"unknown_parameter"}})~",
         parameter, "n"},
        {400,
         R"~({"error":{"message":"Unknown parameter: 'tools[0].n'.","type":"invalid_request_error","param":"tools","code":"unknown_parameter"}})~",
         parameter, "n"},
        {400,
         R"~({"error":{"message":"Unknown parameter: 'tools'.","type":"invalid_request_error","param":"tools","code":"unknown_parameter"}})~",
         endpoint, "tools"},
        {400,
         R"~({"error":{"message":"Invalid value: 'image_generation'. Supported values are: 'function'.","param":"tools[0].type","code":"invalid_value"}})~",
         endpoint},
        {400,
         R"~({"error":{"message":"Invalid value: 'gpt-image-2'. Value must be 'dall-e-2'.","param":"model","code":"invalid_value"}})~",
         model},
        {400,
         R"~({"error":{"message":"Unrecognized request argument supplied: style","type":"invalid_request_error","param":null,"code":null}})~",
         parameter, "style"},
        {400,
         R"~({"error":{"message":"The model 'gpt-image-2' does not support the 'input_fidelity' parameter.","type":"image_generation_user_error","param":"input_fidelity","code":"invalid_input_fidelity_model"}})~",
         parameter, "input_fidelity"},
        {400,
         R"~({"error":{"message":"The model 'gpt-image-2' does not support the 'input_fidelity' parameter.","type":"image_generation_user_error","param":"tools","code":"invalid_input_fidelity_model"}})~",
         parameter, "input_fidelity"},
        {400,
         R"~({"error":{"message":"The model 'gpt-image-2' does not support the 'style' parameter.","type":"image_generation_user_error"}})~",
         parameter, "style"},
        {400,
         R"~({"error":{"message":"Transparent background is not supported for this model.","type":"image_generation_user_error","param":"tools","code":null}})~",
         parameter, "background"},
        {400,
         R"~({"error":{"message":"Transparent background is not supported for JPEG output format","type":"image_generation_user_error","param":"background","code":"invalid_value"}})~",
         parameter, "background"},
        {400,
         R"~({"error":{"message":"Streaming must have non-zero partial images.","type":"image_generation_user_error","param":"tools","code":null}})~",
         parameter, "partial_images"},
        {400,
         R"~({"error":{"message":"Invalid value: 'standard'. Supported values are: 'low', 'medium', 'high', and 'auto'.","type":"image_generation_user_error","param":"quality","code":"invalid_value"}})~",
         invalid_request, "quality"},
        {400,
         R"~({"error":{"message":"Unknown parameter.","type":"invalid_request_error","param":null,"code":"unknown_parameter"}})~",
         invalid_request},

        {400,
         R"~({"error":{"message":"Invalid size '1792x936'. Width and height must both be divisible by 16.","type":"image_generation_user_error","param":"size","code":"invalid_value"}})~",
         size, "size"},
        {400,
         R"~({"error":{"message":"Invalid size '4096x2048'. The longest edge must be less than or equal to 3840.","type":"image_generation_user_error","param":"tools","code":"invalid_value"}})~",
         size, "size"},
        {400,
         R"~({"error":{"message":"Requested resolution is below the current minimum pixel budget."}})~",
         size, "size"},
        {400, R"~({"error":{"message":"Requested resolution exceeds the current pixel budget."}})~",
         size, "size"},
        {400,
         R"~({"error":{"message":"Invalid value: '2048x1152'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'.","param":null,"code":null}})~",
         size, "size"},
        {400,
         R"~({"error":{"message":"'2048x1024' is not one of ['256x256', '512x512', '1024x1024'] - 'size'","param":null,"code":null}})~",
         size, "size"},
        {400,
         R"~({"error":{"message":"something else","param":"tools[0].size","code":"invalid_value"}})~",
         size, "size"},

        {400,
         R"~({"error":{"message":"Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID req_1. safety_violations=[sexual].","type":"image_generation_user_error","param":null,"code":"moderation_blocked"}})~",
         content},
        {400,
         R"~({"error":{"message":"Your request was rejected as a result of our safety system.","type":"invalid_request_error","code":"content_policy_violation"}})~",
         content},
        {400,
         R"~({"error":{"message":"Your request was rejected as a result of our safety system.","type":"invalid_request_error","code":null}})~",
         content},
        {451, R"~({"error":{"message":"unavailable for legal reasons"}})~", content},
        {400,
         R"~({"error":{"message":"Billing hard limit has been reached.","type":"billing_limit_user_error","param":null,"code":"billing_hard_limit_reached"}})~",
         billing},
        {400,
         R"~({"error":{"message":"Billing hard limit has been reached","type":"invalid_request_error","param":null,"code":null}})~",
         billing},
        {400,
         R"~({"error":{"message":"Invalid file 'image': unsupported mimetype ('application/octet-stream'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.","type":"invalid_request_error","param":"image[0]","code":"unsupported_file_mimetype"}})~",
         invalid_request, "image[0]"},
        {400,
         R"~({"error":{"message":"Error while downloading file. Upstream status code: 407.","type":"invalid_request_error","code":"invalid_value"}})~",
         invalid_request},
        {401,
         R"~({"error":{"message":"Incorrect API key provided: sk-abcde****wxyz. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})~",
         auth},
        {401,
         R"~({"error":{"message":"You didn't provide an API key.","type":"invalid_request_error","param":null,"code":null}})~",
         auth},
        {401, "", auth},
        {403,
         R"~({"error":{"message":"Your organization must be verified to use the model `gpt-image-1`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization...","type":"invalid_request_error","param":null,"code":null}})~",
         access},
        {403,
         R"~({"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported","param":null,"type":"request_forbidden"}})~",
         access},
        {403,
         R"~({"error":{"message":"Project `proj_1` does not have access to model `gpt-image-2`","type":"invalid_request_error","param":null,"code":"model_not_found"}})~",
         access},
        {403,
         R"~({"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read"}})~",
         access},
        {404,
         R"~({"error":{"message":"The model 'x' does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})~",
         model},
        {404,
         R"~({"error":{"message":"The model `x` does not exist","type":"invalid_request_error","param":null,"code":null}})~",
         model},
        {404,
         R"~({"error":{"message":"Invalid URL (POST /v1/models/x)","type":"invalid_request_error","param":null,"code":null}})~",
         endpoint},
        {404, "404 page not found", endpoint},
        {404, "", endpoint},
        {405, R"~({"detail":"Method Not Allowed"})~", endpoint},
        {405, "<html><head><title>405 Not Allowed</title></head></html>", endpoint},
        {408, R"~({"error":{"message":"Request timed out"}})~", outcome_unknown},
        {409, R"~({"error":{"message":"lock timeout"}})~", server},
        {413, "<html><head><title>413 Request Entity Too Large</title></head></html>",
         invalid_request},
        {415, R"~({"error":{"message":"wrong media type"}})~", invalid_request},
        {422, R"~({"detail":[{"loc":["body","prompt"],"msg":"Field required","type":"missing"}]})~",
         invalid_request, "prompt"},
        {422,
         R"~({"detail":[{"loc":["body","size"],"msg":"Input should be '1024x1024'","type":"enum"}]})~",
         size, "size"},
        {422,
         R"~({"detail":[{"loc":["body","moderation"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]})~",
         parameter, "moderation"},
        {429,
         R"~({"error":{"message":"Rate limit reached for gpt-image-2 (for limit gpt-image) in organization org-1 on input-images per min: Limit 5, Used 5, Requested 1. Please try again in 2.4s.","type":"input-images","param":null,"code":"rate_limit_exceeded"}})~",
         rate_limited},
        {429,
         R"~({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})~",
         billing},
        {429, R"~({"error":{"message":"x","type":"insufficient_quota","param":null,"code":null}})~",
         billing},
        {429, R"~({"error":{"message":"x","code":"credit_balance_exhausted"}})~", billing},
        {429, R"~({"error":{"message":"x","code":"organization_spend_limit_exceeded"}})~", billing},
        {429, R"~({"error":{"message":"x","code":"project_spend_limit_exceeded"}})~", billing},
        {429, R"~({"error":{"message":"x","code":"organization_usage_limit_exceeded"}})~", billing},
        {429, R"~({"error":{"message":"x","code":"slow_down"}})~", rate_limited},
        {429, "", rate_limited},
        {429,
         R"~({"error":{"message":"Rate limit reached. Limit: 3 / min. Please add a payment method to your account to increase your rate limit."}})~",
         rate_limited},
        {500,
         R"~({"error":{"message":"The server had an error while processing your request.","type":"server_error","code":"server_error"}})~",
         server},
        {500,
         R"~({"error":{"message":"Image generation failed","type":"image_generation_server_error","code":"image_generation_failed","param":null}})~",
         server},
        {503,
         R"~({"error":{"message":"Overloaded","type":"service_unavailable_error","code":"server_is_overloaded"}})~",
         server},
        {503, "<html><title>503 Service Temporarily Unavailable</title></html>", server},
        {529, R"~({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})~",
         server},
        {500, "Internal Server Error", outcome_unknown},
};

const Row k_cut_off[] = {
  {502, "<html>\r\n<head><title>502 Bad Gateway</title></head>", outcome_unknown},
  {502, R"~({"error":{"message":"Provider returned error","code":502}})~", outcome_unknown},
  {502, R"~({"error":{"message":"x","type":"upstream_error","code":"server_error"}})~",
   outcome_unknown},
  {504, "<html><title>504 Gateway Time-out</title></html>", outcome_unknown},
  {504, "", outcome_unknown},
  {520, "<!DOCTYPE html><title>Web server is returning an unknown error</title>", outcome_unknown},
  {522, "<!DOCTYPE html>", outcome_unknown},
  {524, "error code: 524", outcome_unknown},
  {524, R"~({"error":{"message":"a timeout occurred","code":"server_error"}})~", outcome_unknown},
  {408, "<html></html>", outcome_unknown},
  {500, R"~({"error":{"message":"context deadline exceeded","type":"new_api_error","code":""}})~",
   outcome_unknown},
  {499, "", outcome_unknown},
  // A code that says why nothing was drawn is worth more than the status that a relay chose for it.
  {502, R"~({"error":{"message":"x","code":"insufficient_quota"}})~", billing},
  {502, R"~({"error":{"message":"x","code":"model_not_found"}})~", model},
};

const Row k_new_api[] = {
  {401,
   R"~({"error":{"message":"无效的令牌 (request id: 2026)","type":"new_api_error","code":""}})~",
   auth},
  {401, R"~({"error":{"message":"Invalid token","type":"new_api_error","code":""}})~", auth},
  {401,
   R"~({"error":{"message":"该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]","type":"new_api_error","code":""}})~",
   billing},
  {401, R"~({"error":{"message":"该令牌已过期","type":"new_api_error","code":""}})~", auth},
  {403,
   R"~({"error":{"message":"您的 IP 不在令牌允许访问的列表中","type":"new_api_error","code":"access_denied"}})~",
   access},
  {403,
   R"~({"error":{"message":"该令牌无权访问模型 gpt-image-2","type":"new_api_error","code":""}})~",
   access},
  {403,
   R"~({"error":{"message":"This token has no access to model gpt-image-2","type":"new_api_error","code":""}})~",
   access},
  {403, R"~({"error":{"message":"无权访问 vip 分组","type":"new_api_error","code":""}})~", access},
  {403, R"~({"error":{"message":"分组 x 已被弃用","type":"new_api_error","code":""}})~", access},
  {403, R"~({"error":{"message":"用户已被封禁","type":"new_api_error","code":""}})~", access},
  {403,
   R"~({"error":{"message":"用户额度不足, 剩余额度: ＄0.000000","type":"new_api_error","code":"insufficient_user_quota"}})~",
   billing},
  {403,
   R"~({"error":{"message":"用户额度不足, 剩余额度: ＄0.000000","type":"new_api_error","code":""}})~",
   billing},
  {403,
   R"~({"error":{"message":"预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.21","type":"new_api_error","code":"insufficient_user_quota"}})~",
   billing},
  {403,
   R"~({"error":{"message":"token quota is not enough, token remain quota: 1","type":"new_api_error","code":"pre_consume_token_quota_failed"}})~",
   billing},
  {403, R"~({"error":{"message":"余额不足，请充值","type":"v_api_error"}})~", billing},
  {503,
   R"~({"error":{"message":"分组 default 下模型 gpt-image-2 无可用渠道（distributor）","type":"new_api_error","code":"model_not_found"}})~",
   model},
  {503,
   R"~({"error":{"message":"No available channel for model gpt-image-2 under group default (distributor)","type":"new_api_error","code":""}})~",
   model},
  {503,
   R"~({"error":{"message":"分组 default 下模型 gpt-image-2 无可用渠道（distributor）","type":"new_api_error","code":""}})~",
   model},
  {503,
   R"~({"error":{"message":"获取分组 default 下模型 x 的可用渠道失败（distributor）：x","type":"new_api_error","code":"get_channel_failed"}})~",
   model},
  {500,
   R"~({"error":{"message":"获取分组 default 下模型 x 的可用渠道失败（distributor）：x","type":"new_api_error","code":""}})~",
   model},
  {429,
   R"~({"error":{"message":"当前分组上游负载已饱和，请稍后再试","type":"new_api_error","code":""}})~",
   rate_limited},
  {429,
   R"~({"error":{"message":"您已达到请求数限制：1分钟内最多请求60次","type":"new_api_error","code":""}})~",
   rate_limited},
  {500,
   R"~({"error":{"message":"price not set","type":"new_api_error","code":"model_price_error"}})~",
   model},
  {500,
   R"~({"error":{"message":"model is required","type":"new_api_error","param":"","code":"invalid_request"}})~",
   invalid_request},
  {400, R"~({"error":{"message":"x","type":"new_api_error","code":"sensitive_words_detected"}})~",
   content},
  {500,
   R"~({"error":{"message":"user sensitive words detected","type":"new_api_error","code":""}})~",
   content},
  {500,
   R"~({"error":{"message":"upstream error: do request failed","type":"new_api_error","code":"do_request_failed"}})~",
   outcome_unknown},
  {500,
   R"~({"error":{"message":"dial tcp: connection refused","type":"new_api_error","code":"do_request_failed"}})~",
   server},
  {500,
   R"~({"error":{"message":"bad response status code 500","type":"upstream_error","param":"500","code":"bad_response_status_code"}})~",
   server},
  {500,
   R"~({"error":{"message":"bad response status code 524","type":"upstream_error","param":"524","code":"bad_response_status_code"}})~",
   outcome_unknown},
  {404,
   R"~({"error":{"message":"Invalid URL (POST /v1/x)","type":"invalid_request_error","param":"","code":""}})~",
   endpoint},
  {501,
   R"~({"error":{"message":"API not implemented","type":"new_api_error","param":"","code":"api_not_implemented"}})~",
   endpoint},
  {413,
   R"~({"error":{"message":"http: request body too large","type":"new_api_error","code":"read_request_body_failed"}})~",
   invalid_request},
  {200, "<!doctype html><html><head><title>New API</title></head></html>", endpoint},
  {200, R"~({"success":false,"message":"get user group failed"})~", server},
  {200,
   R"~({"error":{"message":"The model 'x' does not exist","type":"invalid_request_error","param":"model","code":"model_not_found"}})~",
   model, "model"},
};

const Row k_others[] = {
  // one-api and its forks
  {200, R"~({"error":{"message":"user quota is not enough","type":"one_api_error"}})~", billing},
  {403,
   R"~({"error":{"message":"user quota is not enough","type":"one_api_error","code":"insufficient_user_quota"}})~",
   billing},
  {429,
   R"~({"error":{"message":"当前分组负载已饱和，请稍后再试，或升级账户以提升服务质量。","type":"one_api_error"}})~",
   rate_limited},
  {400,
   R"~({"error":{"message":"size not supported for this image model","type":"invalid_request_error","code":"size_not_supported"}})~",
   size, "size"},
  {400,
   R"~({"error":{"message":"prompt is too long","type":"invalid_request_error","code":"prompt_too_long"}})~",
   invalid_request},
  {400, R"~({"error":{"message":"n is not within range","code":"n_not_within_range"}})~",
   invalid_request},
  {400, R"~({"error":{"message":"prompt is required","code":"prompt_missing"}})~", invalid_request},
  // sub2api
  {401, R"~({"code":"API_KEY_REQUIRED","message":"API key is required"})~", auth},
  {401, R"~({"code":"INVALID_API_KEY","message":"Invalid API key"})~", auth},
  {401, R"~({"code":"API_KEY_DISABLED","message":"x"})~", auth},
  {401, R"~({"code":"USER_INACTIVE","message":"x"})~", auth},
  {403, R"~({"code":"INSUFFICIENT_BALANCE","message":"Insufficient account balance"})~", billing},
  {403, R"~({"code":"SUBSCRIPTION_NOT_FOUND","message":"No active subscription"})~", billing},
  {403, R"~({"code":"ACCESS_DENIED","message":"x"})~", access},
  {429, R"~({"code":"USAGE_LIMIT_EXCEEDED","message":"x"})~", billing},
  // LiteLLM
  {429,
   R"~({"error":{"message":"Budget has been exceeded! Key=.. Current cost: 0.06, Max budget: 0.05","type":"budget_exceeded","param":null,"code":"429"}})~",
   billing},
  {400,
   R"~({"error":{"message":"Budget has been exceeded! Current cost: 0.06, Max budget: 0.05","type":"budget_exceeded","param":"None","code":"400"}})~",
   billing},
  {401, R"~({"error":{"message":"x","type":"token_not_found_in_db","param":"key","code":"401"}})~",
   auth},
  {400, R"~({"error":{"message":"x","type":"expired_key","param":"key","code":"400"}})~", auth},
  {401, R"~({"error":{"message":"x","type":"auth_error","param":"None","code":"401"}})~", auth},
  {401,
   R"~({"error":{"message":"key not allowed to access model","type":"key_model_access_denied","param":"model","code":"401"}})~",
   access},
  {404, R"~({"detail":"Not Found"})~", endpoint},
  {429,
   R"~({"error":{"message":"No deployments available for selected model","type":"None","param":"None","code":"429"}})~",
   model},
  {400,
   R"~({"error":{"message":"There are no healthy deployments for this model","type":"None","param":"None","code":"400"}})~",
   model},
  // OpenRouter
  {402,
   R"~({"error":{"code":402,"message":"Insufficient credits","metadata":{"provider_name":"x"}}})~",
   billing},
  {200, R"~({"error":{"code":402,"message":"Add more, please"}})~", billing},
  {200, R"~({"error":{"code":429,"message":"busy"}})~", rate_limited},
  {200, R"~({"error":{"code":504,"message":"upstream is slow"}})~", outcome_unknown},
  {403,
   R"~({"error":{"code":403,"message":"Refused","metadata":{"reasons":["violence"],"flagged_input":"x"}}})~",
   content},
  {502, R"~({"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"boom"}}})~",
   outcome_unknown},
  // Portkey
  {412, R"~({"status":"failure","message":"budget exhausted"})~", billing},
  {446, R"~({"error":{"message":"hooks failed","type":"hooks_failed"},"hook_results":{}})~",
   content},
  {200, R"~({"status":"failure","message":"nothing works"})~", server},
  // Azure OpenAI
  {400,
   R"~({"created":1,"error":{"code":"contentFilter","message":"Your task failed as a result of our safety system."}})~",
   content},
  {401,
   R"~({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}})~",
   auth},
  {404,
   R"~({"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}})~",
   model},
  {429,
   R"~({"error":{"code":"429","message":"Requests have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 59 seconds. To increase your quota, visit the portal."}})~",
   rate_limited},
  // DeepSeek style
  {402,
   R"~({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})~",
   billing},
  // SiliconFlow
  {403,
   R"~({"code":30011,"message":"The selected model requires paid balance. Your paid balance is insufficient...","data":null})~",
   billing},
  {403, R"~({"code":30001,"message":"x","data":null})~", billing},
  // MiniMax
  {200, R"~({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})~", billing},
  {200, R"~({"base_resp":{"status_code":1002,"status_msg":"x"}})~", rate_limited},
  {200, R"~({"base_resp":{"status_code":1004,"status_msg":"x"}})~", auth},
  {200, R"~({"base_resp":{"status_code":1026,"status_msg":"x"}})~", content},
  {200, R"~({"base_resp":{"status_code":2013,"status_msg":"x"}})~", invalid_request},
  {200, R"~({"base_resp":{"status_code":2049,"status_msg":"x"}})~", auth},
  // Zhipu
  {429, R"~({"error":{"code":"1302","message":"您的账户已达到速率限制，请您控制请求频率"}})~",
   rate_limited},
  // Google
  {404,
   R"~([{"error":{"code":404,"message":"models/x is not found for API version v1beta","status":"NOT_FOUND"}}])~",
   model},
  {404, R"~({"error":{"code":404,"message":"..","status":"NOT_FOUND"}})~", endpoint},
  {429,
   R"~({"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}})~",
   rate_limited},
  {429,
   R"~([{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED"}}])~",
   billing},
  {400,
   R"~({"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}})~",
   auth},
  // Pollinations, fal
  {400, R"~({"success":false,"error":{"message":"bad","code":"BAD_REQUEST"}})~", invalid_request},
  {422, R"~({"detail":[{"loc":["body","image_url"],"msg":"bad","type":"value_error"}]})~",
   invalid_request, "image_url"},
  // keep-alive lines in front of the body
  {200, "\n\n \r\n\xEF\xBB\xBF{\"error\":{\"message\":\"x\",\"code\":\"insufficient_quota\"}}",
   billing},
  // in front of everything else
  {403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", access},
  {400, "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>", endpoint},
  {407, "", unreachable},
};

const Row k_messages[] = {
  {200,
   R"~({"type":"error","error":{"type":"image_generation_server_error","code":"image_generation_failed","message":"Image generation failed","param":null}})~",
   server},
  {200,
   R"~({"type":"error","code":"rate_limit_exceeded","message":"slow","param":null,"sequence_number":3})~",
   rate_limited},
  {200,
   R"~({"type":"response.failed","response":{"object":"response","status":"failed","error":{"code":"server_error","message":"x"}}})~",
   server},
  {200,
   R"~({"type":"response.failed","response":{"status":"failed","error":{"code":"image_content_policy_violation","message":"x"}}})~",
   content},
  {200,
   R"~({"type":"response.failed","response":{"status":"failed","error":{"code":"empty_image_file","message":"x"}}})~",
   invalid_request},
  {200, R"~({"type":"response.failed","response":{"status":"failed","error":null}})~", server},
  {200,
   R"~({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}})~",
   content},
  {200,
   R"~({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}})~",
   no_image},
  {200,
   R"~({"object":"response","status":"incomplete","error":null,"incomplete_details":{"reason":"content_filter"}})~",
   content},
  {200, R"~({"error":"insufficient balance"})~", billing},
  {200, R"~({"error":{"message":"x","type":"y"}})~", server},
  {200, R"~({"errors":[{"code":1008,"message":"Insufficient balance"}],"success":false})~",
   billing},
  {200, R"~({"code":1234,"message":"it broke"})~", server},
  {200, R"~({"data":[{"error":{"message":"x","code":"moderation_blocked"}}]})~", content},
};

std::vector<Row> all_rows()
{
  std::vector<Row> rows;
  const auto add = [&rows](const auto& table) {
    rows.insert(rows.end(), std::begin(table), std::end(table));
  };
  add(k_openai);
  add(k_cut_off);
  add(k_new_api);
  add(k_others);
  add(k_messages);
  return rows;
}

} // namespace

TEST_CASE("every documented failure lands in its class, with its parameter and a hint")
{
  for (const auto& row : all_rows()) {
    CAPTURE(row.status);
    CAPTURE(std::string(row.body));
    const auto failure = judge(row.status, row.body);
    REQUIRE(failure);
    CHECK(to_string(failure->failure_class) == to_string(row.expected));
    if (!row.param.empty()) {
      CHECK(failure->param == row.param);
    }
    CHECK_FALSE(failure->message.empty());
    CHECK_FALSE(failure->hint.empty());
  }
}

TEST_CASE("a success, whole or in pieces, is no failure")
{
  const std::string_view bodies[] = {
    "",
    "[DONE]",
    "plain words",
    "{}",
    "[]",
    "null",
    R"~({"created":1,"data":[{"b64_json":"token"}],"error":null})~",
    R"~({"created":1,"data":[{"url":"https://x","b64_json":"","revised_prompt":""}],"error":{"message":"","type":"","param":"","code":null}})~",
    R"~({"type":"image_generation.partial_image","b64_json":"token","partial_image_index":0,"size":"1024x1024"})~",
    R"~({"type":"image_generation.completed","b64_json":"token","usage":{}})~",
    R"~({"object":"response","status":"completed","error":null,"incomplete_details":null,"output":[]})~",
    R"~({"type":"response.completed","response":{"status":"completed","error":null,"incomplete_details":null}})~",
    R"~({"type":"response.in_progress","response":{"status":"in_progress","error":null}})~",
    R"~({"type":"keepalive","sequence_number":3})~",
    R"~({"success":true,"data":[],"object":"list"})~",
    R"~({"base_resp":{"status_code":0,"status_msg":"success"},"data":{}})~",
    R"~({"code":0,"message":"ok"})~",
    R"~({"code":200,"message":"success"})~",
    R"~({"code":20000,"message":"success","data":[{"url":"https://x"}]})~",
    R"~({"data":[{"error":"one of two failed"},{"url":"https://x"}]})~",
    R"~({"error":false,"message":"fine"})~",
    R"~({"code":1.5,"message":"odd"})~",
  };
  for (const auto body : bodies) {
    CAPTURE(std::string(body));
    CHECK_FALSE(judge(200, body));
    CHECK_FALSE(judge(246, body)); // Portkey: drawn, though a guardrail had a remark
    CHECK_FALSE(judge(201, body));
  }
}

TEST_CASE("the message is taken from wherever the gateway put it")
{
  const std::pair<std::string_view, std::string_view> rows[] = {
    {R"~({"error":{"message":"here"},"message":"not here"})~", "here"},
    {R"~({"error":[{"message":"here"}]})~", "here"},
    {R"~([{"error":{"message":"here"}}])~", "here"},
    {R"~({"error":"here"})~", "here"},
    {R"~({"error":"Not Found","message":"Cannot POST /x"})~", "Not Found: Cannot POST /x"},
    {R"~({"message":"here","msg":"not here"})~", "here"},
    {R"~({"msg":"here"})~", "here"},
    {R"~({"err":"here"})~", "here"},
    {R"~({"error_msg":"here"})~", "here"},
    {R"~({"detail":"here"})~", "here"},
    {R"~({"detail":[{"loc":["body","n"],"msg":"here"},{"msg":"and here"}]})~", "n: here; and here"},
    {R"~({"detail":{"error":{"message":"here"}}})~", "here"},
    {R"~({"header":{"code":10013,"message":"here"}})~", "here"},
    {R"~({"response":{"error":{"message":"here"}}})~", "here"},
    {R"~({"base_resp":{"status_code":1,"status_msg":"here"}})~", "here"},
    {R"~({"data":[{"error":{"message":"here"}}]})~", "here"},
    {R"~({"data":[{"error":"here"}]})~", "here"},
    {R"~({"error":{"message":"Provider returned error","metadata":{"raw":"here"}}})~",
     "Provider returned error; here"},
    {R"~({"strange":1})~", R"~({"strange":1})~"},
    {"  plain words \n", "plain words"},
    {R"~("a string")~", "a string"},
    {"", "The gateway answered with status 400 and no explanation."},
    {R"~({"error":{"message":"余额不足"}})~", "余额不足"},
    {R"~({"error":{"message":"a\nb\u001b[31mred\u202e"}})~", "a bred"},
    {R"~({"error":{"message":"Incorrect API key provided: sk-abcde****wxyz."}})~",
     "Incorrect API key provided: [redacted]."},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.first));
    const auto failure = judge(400, row.first);
    REQUIRE(failure);
    CHECK(failure->message == row.second);
  }
}

TEST_CASE("a long message is cut to 1000 bytes of valid text")
{
  std::string words;
  for (int i = 0; i < 1000; ++i) {
    words += "错";
  }
  const auto failure = judge(400, R"~({"error":{"message":")~" + words + "\"}}");
  REQUIRE(failure);
  CHECK(failure->message.size() <= 1000);
  CHECK(failure->message.ends_with("错…"));
}

TEST_CASE("the code of a failure is the gateway's own, string or number")
{
  CHECK(judge(400, R"~({"error":{"code":"moderation_blocked"}})~")->code == "moderation_blocked");
  CHECK(judge(402, R"~({"error":{"code":402}})~")->code == "402");
  CHECK(judge(429, R"~({"error":{"code":"1302"}})~")->code == "1302");
  CHECK(judge(200, R"~({"base_resp":{"status_code":1008}})~")->code == "1008");
  CHECK(judge(400, R"~({"error":{"code":null}})~")->code.empty());
  CHECK(
    judge(500, R"~({"error":{"code":"bad_response_status_code","param":"502"}})~")->param.empty());
}

TEST_CASE("a web page is told by its title and never by its markup")
{
  const auto bad_gateway =
    judge(502, "<html>\n<head><TITLE>502 Bad &amp; worse</TITLE></head><body>secret</body>");
  REQUIRE(bad_gateway);
  CHECK(bad_gateway->message
        == "The gateway answered with status 502 and a web page (502 Bad & worse).");

  const auto site = judge(200, "\n<!DOCTYPE html><title>New API</title>");
  REQUIRE(site);
  CHECK(site->message == "The base URL answered with a web page (New API).");
  CHECK(site->hint.find("/v1") != std::string::npos);

  CHECK(judge(200, "<p>")->message == "The base URL answered with a web page.");
  CHECK(judge(403, "<title>Buy more credit, insufficient quota</title>")->failure_class == access);
}

TEST_CASE("a redirect names its target without what follows the path")
{
  const auto failure = judge(301, "", {{"location", "https://other.example/v1/images?token=abc"}});
  REQUIRE(failure);
  CHECK(failure->failure_class == endpoint);
  CHECK(failure->message == "The gateway redirects to https://other.example/v1/images.");
  CHECK(judge(307, "")->failure_class == endpoint);
}

TEST_CASE("the wait comes from the most exact source and only where waiting helps")
{
  constexpr std::string_view message =
    R"~({"error":{"message":"Please try again in 2.4s.","code":"rate_limit_exceeded"}})~";
  CHECK(judge(429, message)->retry_after == 2400ms);
  CHECK(judge(429, message, {{"retry-after", "7"}})->retry_after == 7s);
  CHECK(judge(429, message, {{"retry-after", "7"}, {"retry-after-ms", "150"}})->retry_after
        == 150ms);
  CHECK(judge(503, "", {{"retry-after", "30"}})->retry_after == 30s);
  CHECK_FALSE(judge(402, "", {{"retry-after", "30"}})->retry_after);
  CHECK_FALSE(judge(429, R"~({"error":{"message":"busy"}})~")->retry_after);
}

TEST_CASE("retry_after reads every documented form")
{
  struct Form {
    std::string_view header;
    std::string_view message;
    std::optional<std::chrono::milliseconds> wait;
  };
  const Form forms[] = {
    {"5", "", 5s},
    {" 5 ", "", 5s},
    {"1.5", "", 1500ms},
    {"0", "", 0ms},
    {"99999999999", "", std::chrono::days(30)},
    {"Sun, 22 Nov 2026 12:01:00 GMT", "", 60s},
    {"Sunday, 22-Nov-26 12:01:00 GMT", "", 60s},
    {"Sun Nov 22 12:01:00 2026", "", 60s},
    {"Sun, 22 Nov 2020 12:01:00 GMT", "", 0ms},
    {"Fri, 31 Dec 9999 23:59:59 GMT", "", std::chrono::days(30)},
    {"Sun, 42 Nov 2026 12:01:00 GMT", "", {}},
    {"soon", "", {}},
    {"-5", "", {}},
    {"soon", "try again in 15ms", 15ms},
    {"", "Please try again in 1m12s.", 72s},
    {"", "Please Try Again In 6m0s.", 6min},
    {"", "try again in 1h2m3.5s", 3723500ms},
    {"", "Please retry after 59 seconds.", 59s},
    {"", "Please retry in 34.07s.", 34070ms},
    {"", "Try again in 60 seconds. Passed model=x", 60s},
    {"", "try again in 2 minutes", 2min},
    {"", "请在 20 秒后重试", 20s},
    {"", "try again in 5 strange ways", {}},
    {"", "try again in a minute, or try again in 3s", 3s},
    {"", "try again in 5", {}},
    {"", "try again in ", {}},
  };
  for (const auto& form : forms) {
    CAPTURE(std::string(form.header));
    CAPTURE(std::string(form.message));
    Pairs headers;
    if (!form.header.empty()) {
      headers.emplace_back("retry-after", form.header);
    }
    CHECK(limn::retry_after(headers, form.message, k_now) == form.wait);
  }
}

TEST_CASE("request_id prefers the id that the gateway's support asks for")
{
  CHECK(limn::request_id({{"cf-ray", "d"},
                          {"x-litellm-call-id", "c"},
                          {"x-oneapi-request-id", "b"},
                          {"x-request-id", "a"}})
        == "a");
  CHECK(limn::request_id({{"cf-ray", "d"}, {"x-litellm-call-id", "c"}, {"x-request-id", ""}})
        == "c");
  CHECK(limn::request_id({{"x-request-id", "a\x1b[31mb"}}) == "ab");
  CHECK(limn::request_id({}).empty());
}

TEST_CASE("words of the user go before those that are built in")
{
  using Where = FailureWord::Where;
  const FailureWords extra{
    {Where::code, "Model_Not_Found", billing},
    {Where::type, "odd_type", access},
    {Where::message, "Out Of*paint", rate_limited, 500},
    {Where::message, "", content},
    {Where::message, "*", content},
  };
  CHECK(judge(404, R"~({"error":{"code":"model_not_found"}})~", {}, extra)->failure_class
        == billing);
  CHECK(judge(400, R"~({"error":{"type":"odd_type"}})~", {}, extra)->failure_class == access);
  CHECK(judge(500, R"~({"error":{"message":"we are out of red paint"}})~", {}, extra)->failure_class
        == rate_limited);
  CHECK(judge(400, R"~({"error":{"message":"we are out of red paint"}})~", {}, extra)->failure_class
        == invalid_request);
  CHECK_FALSE(judge(200, R"~({"data":[],"x":"out of paint"})~", {}, extra));
}

TEST_CASE("a word that an error merely quotes from the prompt is not taken for a matter of money")
{
  CHECK(
    judge(
      400,
      R"~({"error":{"message":"Invalid value: 'a credit card on a balance'.","param":"quality"}})~")
      ->failure_class
    == invalid_request);
}

TEST_CASE("every class has a hint")
{
  for (int i = static_cast<int>(content); i <= static_cast<int>(no_gateway); ++i) {
    CHECK_FALSE(limn::default_hint(static_cast<FailureClass>(i)).empty());
  }
}

TEST_CASE("damaged answers never crash, and an error status stays an error")
{
  std::mt19937 random(20261122); // the same run every time
  const auto pick = [&random](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const auto rows = all_rows();
  for (int round = 0; round < 40; ++round) {
    for (const auto& row : rows) {
      std::string body(row.body);
      for (std::size_t changes = pick(6); changes > 0 && !body.empty(); --changes) {
        switch (pick(4)) {
        case 0:
          body[pick(body.size())] = static_cast<char>(pick(256));
          break;
        case 1:
          body.resize(pick(body.size()));
          break;
        case 2:
          body.erase(pick(body.size()), pick(8));
          break;
        default:
          body.insert(pick(body.size()), body.substr(pick(body.size()), pick(20)));
        }
      }
      const auto failure = judge(row.status, body, {{"retry-after", body.substr(0, 30)}});
      CHECK((failure || row.status == 200));
      if (failure) {
        CHECK(failure->message.size() <= 1000);
      }
    }
  }
}

TEST_CASE("deep or hostile JSON is only text")
{
  CHECK(judge(400, std::string(200000, '['))->failure_class == invalid_request);
  CHECK_FALSE(judge(200, std::string(200000, '{')));
  CHECK(classify({500, nullptr, R"~({"error":{"message":"x"}})~"}, {}, k_now)->failure_class
        == server);
}
