#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;

void add_new_api_rows(Rows& rows)
{
  rows.add(
    401, auth,
    R"~({"error":{"message":"无效的令牌 (request id: 2026)","type":"new_api_error","code":""}})~");
  rows.add(401, auth,
           R"~({"error":{"message":"Invalid token","type":"new_api_error","code":""}})~");
  rows
    .add(
      401, billing,
      R"~({"error":{"message":"该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]","type":"new_api_error","code":""}})~")
    .says("该令牌额度已用尽 TokenStatusExhausted[[redacted]]");
  rows.add(401, auth, R"~({"error":{"message":"该令牌已过期","type":"new_api_error","code":""}})~");
  rows.add(
    403, access,
    R"~({"error":{"message":"您的 IP 不在令牌允许访问的列表中","type":"new_api_error","code":"access_denied"}})~");
  rows.add(
    403, access,
    R"~({"error":{"message":"该令牌无权访问模型 gpt-image-2","type":"new_api_error","code":""}})~");
  rows.add(
    403, access,
    R"~({"error":{"message":"This token has no access to model gpt-image-2","type":"new_api_error","code":""}})~");
  rows.add(403, access,
           R"~({"error":{"message":"无权访问 vip 分组","type":"new_api_error","code":""}})~");
  rows.add(403, access,
           R"~({"error":{"message":"分组 x 已被弃用","type":"new_api_error","code":""}})~");
  rows.add(403, access,
           R"~({"error":{"message":"用户已被封禁","type":"new_api_error","code":""}})~");
  rows.add(
    403, billing,
    R"~({"error":{"message":"用户额度不足, 剩余额度: ＄0.000000","type":"new_api_error","code":"insufficient_user_quota"}})~");
  rows.add(
    403, billing,
    R"~({"error":{"message":"用户额度不足, 剩余额度: ＄0.000000","type":"new_api_error","code":""}})~");
  rows.add(
    403, billing,
    R"~({"error":{"message":"预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.21","type":"new_api_error","code":"insufficient_user_quota"}})~");
  rows.add(
    403, billing,
    R"~({"error":{"message":"token quota is not enough, token remain quota: 1","type":"new_api_error","code":"pre_consume_token_quota_failed"}})~");
  rows.add(403, billing, R"~({"error":{"message":"余额不足，请充值","type":"v_api_error"}})~");
  rows.add(
    503, model,
    R"~({"error":{"message":"分组 default 下模型 gpt-image-2 无可用渠道（distributor）","type":"new_api_error","code":"model_not_found"}})~");
  rows.add(
    503, model,
    R"~({"error":{"message":"No available channel for model gpt-image-2 under group default (distributor)","type":"new_api_error","code":""}})~");
  rows.add(
    503, model,
    R"~({"error":{"message":"分组 default 下模型 gpt-image-2 无可用渠道（distributor）","type":"new_api_error","code":""}})~");
  rows.add(
    503, model,
    R"~({"error":{"message":"获取分组 default 下模型 x 的可用渠道失败（distributor）：x","type":"new_api_error","code":"get_channel_failed"}})~");
  rows.add(
    500, model,
    R"~({"error":{"message":"获取分组 default 下模型 x 的可用渠道失败（distributor）：x","type":"new_api_error","code":""}})~");
  rows.add(
    429, rate_limited,
    R"~({"error":{"message":"当前分组上游负载已饱和，请稍后再试","type":"new_api_error","code":""}})~");
  rows.add(
    429, rate_limited,
    R"~({"error":{"message":"您已达到请求数限制：1分钟内最多请求60次","type":"new_api_error","code":""}})~");
  rows.add(
    500, model,
    R"~({"error":{"message":"price not set","type":"new_api_error","code":"model_price_error"}})~");
  rows.add(
    500, invalid_request,
    R"~({"error":{"message":"model is required","type":"new_api_error","param":"","code":"invalid_request"}})~");
  rows.add(
    400, content,
    R"~({"error":{"message":"x","type":"new_api_error","code":"sensitive_words_detected"}})~");
  rows.add(
    500, content,
    R"~({"error":{"message":"user sensitive words detected","type":"new_api_error","code":""}})~");
  rows.add(
    500, outcome_unknown,
    R"~({"error":{"message":"upstream error: do request failed","type":"new_api_error","code":"do_request_failed"}})~");
  rows.add(
    500, server,
    R"~({"error":{"message":"dial tcp: connection refused","type":"new_api_error","code":"do_request_failed"}})~");
  rows.add(
    500, server,
    R"~({"error":{"message":"bad response status code 500","type":"upstream_error","param":"500","code":"bad_response_status_code"}})~");
  rows.add(
    500, outcome_unknown,
    R"~({"error":{"message":"bad response status code 524","type":"upstream_error","param":"524","code":"bad_response_status_code"}})~");
  rows.add(
    404, endpoint,
    R"~({"error":{"message":"Invalid URL (POST /v1/x)","type":"invalid_request_error","param":"","code":""}})~");
  rows.add(
    501, endpoint,
    R"~({"error":{"message":"API not implemented","type":"new_api_error","param":"","code":"api_not_implemented"}})~");
  rows.add(
    413, invalid_request,
    R"~({"error":{"message":"http: request body too large","type":"new_api_error","code":"read_request_body_failed"}})~");
  rows.add(200, endpoint, "<!doctype html><html><head><title>New API</title></head></html>");
  rows.add(200, server, R"~({"success":false,"message":"get user group failed"})~");
  rows
    .add(
      200, model,
      R"~({"error":{"message":"The model 'x' does not exist","type":"invalid_request_error","param":"model","code":"model_not_found"}})~")
    .param("model");
  rows
    .add(
      401, auth,
      R"~({"error":{"message":"无效的令牌 (request id: 20261122010101)","type":"new_api_error","param":"","code":""}})~")
    .says("无效的令牌 (request id: 20261122010101)");
  rows
    .add(
      403, billing,
      R"~({"error":{"message":"预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.21","type":"new_api_error","param":"","code":"insufficient_user_quota"}})~")
    .says("预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.21");
  rows.add(
    403, billing,
    R"~({"error":{"message":"预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.21","type":"new_api_error","param":"","code":""}})~");
  rows.add(
    403, billing,
    R"~({"error":{"message":"token quota is not enough, token remain quota: ＄0.10, need quota: ＄0.21","type":"new_api_error","param":"","code":""}})~");
  rows.add(
    503, model,
    R"~({"error":{"message":"No available channel for model gpt-image-2 under group default (distributor)","type":"new_api_error","param":"","code":"model_not_found"}})~");
  rows.add(
    500, model,
    R"~({"error":{"message":"获取分组 default 下模型 x 的可用渠道失败（distributor）：x","type":"new_api_error","param":"","code":"get_channel_failed"}})~");
  rows.add(
    400, content,
    R"~({"error":{"message":"user sensitive words detected","type":"new_api_error","param":"","code":"sensitive_words_detected"}})~");
  rows.add(
    500, content,
    R"~({"error":{"message":"user sensitive words detected","type":"new_api_error","param":"","code":"sensitive_words_detected"}})~");
  rows.add(
    500, outcome_unknown,
    R"~({"error":{"message":"do request failed: Post \"https://***.com/***\": EOF","type":"new_api_error","param":"","code":"do_request_failed"}})~");
  rows.add(
    500, server,
    R"~({"error":{"message":"bad response status code 503","type":"upstream_error","param":"503","code":"bad_response_status_code"}})~");
  rows.add(
    404, endpoint,
    R"~({"error":{"message":"Invalid URL (POST /v1/batches)","type":"invalid_request_error","param":"","code":""}})~");
  rows.add(
    404, endpoint,
    R"~({"error":{"message":"Invalid URL (GET /v1/x)","type":"invalid_request_error","param":"","code":""}})~");
  rows.add(402, billing,
           R"~({"error":{"message":"额度不足","type":"new_api_error","param":"","code":""}})~");
}

} // namespace limn::test
