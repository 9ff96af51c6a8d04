#include "sandbox/refusals/refusals.hpp"

namespace limn::sandbox {

namespace {

constexpr Behaviour k_new_api_tokens[] = {
  {.name = "new-api-bad-token",
   .summary = "401 无效的令牌, on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"无效的令牌 (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json",
      .scope = Scope::everything}},
  {.name = "new-api-bad-token-english",
   .summary = "401 Invalid token, on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"Invalid token (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json",
      .scope = Scope::everything}},
  {.name = "new-api-token-exhausted",
   .summary = "401, and yet about money: 该令牌额度已用尽",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz] (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json",
      .scope = Scope::everything}},
  {.name = "new-api-token-expired",
   .summary = "401 该令牌已过期",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"该令牌已过期 (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-ip",
   .summary = "403 access_denied: the address is not in the token's list",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"您的 IP 不在令牌允许访问的列表中 (request id: %request_id%)","type":"new_api_error","param":"","code":"access_denied"}})json",
      .scope = Scope::everything}},
  {.name = "new-api-token-model",
   .summary = "403: the token may not use the model, in Chinese",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"该令牌无权访问模型 %model% (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-token-model-english",
   .summary = "403: the same in English",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"This token has no access to model %model% (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-group",
   .summary = "403 无权访问 vip 分组",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"无权访问 vip 分组 (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-group-retired",
   .summary = "403 分组 x 已被弃用",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"分组 x 已被弃用 (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-user-banned",
   .summary = "403 用户已被封禁",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"用户已被封禁 (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-user-quota",
   .summary = "403 insufficient_user_quota: nothing is left",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"用户额度不足, 剩余额度: ＄0.000000 (request id: %request_id%)","type":"new_api_error","param":"","code":"insufficient_user_quota"}})json"}},
  {.name = "new-api-token-quota",
   .summary = "403 pre_consume_token_quota_failed",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"token quota is not enough, token remain quota: ＄0.10, need quota: ＄0.21 (request id: %request_id%)","type":"new_api_error","param":"","code":"pre_consume_token_quota_failed"}})json"}},
};

constexpr Behaviour k_new_api_channels[] = {
  {.name = "new-api-no-channel-english",
   .summary = "503 model_not_found, in English",
   .refusal =
     {.status = 503,
      .body =
        R"json({"error":{"message":"No available channel for model %model% under group default (distributor) (request id: %request_id%)","type":"new_api_error","param":"","code":"model_not_found"}})json"}},
  {.name = "new-api-channel-503",
   .summary = "503 get_channel_failed",
   .refusal =
     {.status = 503,
      .body =
        R"json({"error":{"message":"获取分组 default 下模型 %model% 的可用渠道失败（distributor）：数据库一致性已被破坏 (request id: %request_id%)","type":"new_api_error","param":"","code":"get_channel_failed"}})json"}},
  {.name = "new-api-channel-500",
   .summary = "500 get_channel_failed",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"获取分组 default 下模型 %model% 的可用渠道失败（retry）：数据库一致性已被破坏 (request id: %request_id%)","type":"new_api_error","param":"","code":"get_channel_failed"}})json"}},
  {.name = "new-api-saturated",
   .summary = "429 当前分组上游负载已饱和",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"当前分组上游负载已饱和，请稍后再试 (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-rate-limit",
   .summary = "429 您已达到请求数限制",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"您已达到请求数限制：1分钟内最多请求60次 (request id: %request_id%)","type":"new_api_error","param":"","code":""}})json"}},
  {.name = "new-api-price",
   .summary = "500 model_price_error",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"模型 %model% 倍率或价格未配置，请联系管理员设置 (request id: %request_id%)","type":"new_api_error","param":"","code":"model_price_error"}})json"}},
};

constexpr Behaviour k_new_api_requests[] = {
  {.name = "new-api-validation",
   .summary = "500 invalid_request: the request is at fault",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"model is required (request id: %request_id%)","type":"new_api_error","param":"","code":"invalid_request"}})json"}},
  {.name = "new-api-body-too-large",
   .summary = "413 read_request_body_failed",
   .refusal =
     {.status = 413,
      .body =
        R"json({"error":{"message":"http: request body too large (request id: %request_id%)","type":"new_api_error","param":"","code":"read_request_body_failed"}})json"}},
  {.name = "new-api-sensitive-400",
   .summary = "400 sensitive_words_detected",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"user sensitive words detected (request id: %request_id%)","type":"new_api_error","param":"","code":"sensitive_words_detected"}})json"}},
  {.name = "new-api-sensitive-500",
   .summary = "500 sensitive_words_detected",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"user sensitive words detected (request id: %request_id%)","type":"new_api_error","param":"","code":"sensitive_words_detected"}})json"}},
  {.name = "new-api-do-request",
   .summary = "500 do_request_failed: cut off from its own upstream",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"do request failed: Post \"https://***.com/***\": EOF (request id: %request_id%)","type":"new_api_error","param":"","code":"do_request_failed"}})json",
      .charge = Charge::certain}},
  {.name = "new-api-do-request-refused",
   .summary = "500 do_request_failed: its upstream did not even answer the call",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"do request failed: dial tcp ***:443: connect: connection refused (request id: %request_id%)","type":"new_api_error","param":"","code":"do_request_failed"}})json"}},
  {.name = "new-api-upstream-503",
   .summary = "500 bad_response_status_code: its upstream answered 503",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"bad response status code 503 (request id: %request_id%)","type":"upstream_error","param":"503","code":"bad_response_status_code"}})json"}},
  {.name = "new-api-upstream-524",
   .summary = "500 bad_response_status_code: its upstream answered 524",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"bad response status code 524 (request id: %request_id%)","type":"upstream_error","param":"524","code":"bad_response_status_code"}})json",
      .charge = Charge::certain}},
  {.name = "new-api-upstream-page",
   .summary = "500 with the page of a proxy in the message",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"<html>\r\n<head><title>504 Gateway Time-out</title></head></html> (request id: %request_id%)","type":"upstream_error","param":"","code":""}})json",
      .charge = Charge::certain}},
  {.name = "new-api-unknown-path",
   .summary = "404 Invalid URL",
   .refusal =
     {.status = 404,
      .body =
        R"json({"error":{"message":"Invalid URL (POST /v1/images/generations)","type":"invalid_request_error","param":"","code":""}})json"}},
  {.name = "new-api-not-implemented",
   .summary = "501 api_not_implemented",
   .refusal =
     {.status = 501,
      .body =
        R"json({"error":{"message":"API not implemented","type":"new_api_error","param":"","code":"api_not_implemented"}})json"}},
};

constexpr Behaviour k_one_api[] = {
  {.name = "one-api-quota",
   .summary = "403 user quota is not enough",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"user quota is not enough (request id: %request_id%)","type":"one_api_error","param":"","code":"insufficient_user_quota"}})json"}},
  {.name = "one-api-saturated",
   .summary = "429 当前分组负载已饱和",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"当前分组负载已饱和，请稍后再试，或升级账户以提升服务质量。 (request id: %request_id%)","type":"one_api_error","param":"","code":""}})json"}},
  {.name = "one-api-size",
   .summary = "400 size_not_supported, for every size",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"size not supported for this image model","type":"invalid_request_error","code":"size_not_supported"}})json"}},
  {.name = "one-api-prompt-too-long",
   .summary = "400 prompt_too_long",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"prompt is too long","type":"invalid_request_error","code":"prompt_too_long"}})json"}},
  {.name = "one-api-n",
   .summary = "400 n_not_within_range",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"invalid value of n","type":"invalid_request_error","code":"n_not_within_range"}})json"}},
  {.name = "one-api-prompt-missing",
   .summary = "400 prompt_missing",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"prompt is required","type":"invalid_request_error","code":"prompt_missing"}})json"}},
  {.name = "one-api-fork",
   .summary = "403 v_api_error: 余额不足",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"余额不足，请充值 (request id: %request_id%)","type":"v_api_error","param":"","code":""}})json"}},
};

constexpr Behaviour k_sub2api[] = {
  {.name = "sub2api-key-required",
   .summary = "401 API_KEY_REQUIRED",
   .refusal =
     {.status = 401,
      .body =
        R"json({"code":"API_KEY_REQUIRED","message":"API key is required in Authorization header (Bearer scheme), x-api-key header, or x-goog-api-key header"})json",
      .scope = Scope::everything}},
  {.name = "sub2api-invalid-key",
   .summary = "401 INVALID_API_KEY",
   .refusal = {.status = 401,
               .body = R"json({"code":"INVALID_API_KEY","message":"Invalid API key"})json",
               .scope = Scope::everything}},
  {.name = "sub2api-key-disabled",
   .summary = "401 API_KEY_DISABLED",
   .refusal = {.status = 401,
               .body = R"json({"code":"API_KEY_DISABLED","message":"API key is disabled"})json",
               .scope = Scope::everything}},
  {.name = "sub2api-user-inactive",
   .summary = "401 USER_INACTIVE",
   .refusal = {.status = 401,
               .body = R"json({"code":"USER_INACTIVE","message":"User account is not active"})json",
               .scope = Scope::everything}},
  {.name = "sub2api-balance",
   .summary = "403 INSUFFICIENT_BALANCE",
   .refusal =
     {.status = 403,
      .body =
        R"json({"code":"INSUFFICIENT_BALANCE","message":"Insufficient account balance"})json"}},
  {.name = "sub2api-subscription",
   .summary = "403 SUBSCRIPTION_NOT_FOUND",
   .refusal =
     {.status = 403,
      .body =
        R"json({"code":"SUBSCRIPTION_NOT_FOUND","message":"No active subscription found for this group"})json"}},
  {.name = "sub2api-access-denied",
   .summary = "403 ACCESS_DENIED",
   .refusal = {.status = 403,
               .body = R"json({"code":"ACCESS_DENIED","message":"Access denied"})json",
               .scope = Scope::everything}},
  {.name = "sub2api-usage-limit",
   .summary = "429 USAGE_LIMIT_EXCEEDED",
   .refusal =
     {.status = 429,
      .body = R"json({"code":"USAGE_LIMIT_EXCEEDED","message":"daily usage limit exceeded"})json"}},
};

constexpr Behaviour k_lost[] = {
  {.name = "litellm-not-transformed",
   .summary = "500: the upstream had drawn, and its answer could not be transformed",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"litellm.APIError: APIError: OpenrouterException - Error transforming OpenRouter image generation response: 2 validation errors for ImageUsage","type":null,"param":null,"code":"500"}})json",
      .charge = Charge::possible}},
  {.name = "workers-not-stored",
   .summary = "500: it was drawn, and could not be stored",
   .refusal = {.status = 500,
               .body = R"json({"error":"Provided readable stream must have a known length"})json",
               .charge = Charge::possible}},
  {.name = "new-api-response-body",
   .summary = "500 bad_response_body: the upstream's answer could not be read",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"invalid character '<' looking for beginning of value","type":"new_api_error","param":"","code":"bad_response_body"}})json",
      .charge = Charge::possible}},
  {.name = "relay-eof-400",
   .summary = "400, and it is about the relay's own lost connection",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Post \"https://***.com/***\": unexpected EOF","type":"invalid_request_error","param":null,"code":null}})json",
      .charge = Charge::possible}},
  {.name = "envoy-reset",
   .summary = "503: the upstream reset a stream that it had accepted",
   .refusal = {.status = 503,
               .body = "upstream connect error or disconnect/reset before headers. reset reason: "
                       "remote reset",
               .charge = Charge::possible}},
  {.name = "envoy-not-connected",
   .summary = "503: no connection to the upstream could be made",
   .refusal = {.status = 503,
               .body = "upstream connect error or disconnect/reset before headers. reset reason: "
                       "remote connection failure"}},
};

constexpr Group k_relays_groups[] = {{"new-api: tokens and money", k_new_api_tokens},
                                     {"new-api: channels and limits", k_new_api_channels},
                                     {"new-api: requests and upstreams", k_new_api_requests},
                                     {"one-api and its forks", k_one_api},
                                     {"sub2api", k_sub2api},
                                     {"Answers that were lost behind a relay or proxy", k_lost}};

} // namespace

std::span<const Group> relays_refusals()
{
  return k_relays_groups;
}

} // namespace limn::sandbox
