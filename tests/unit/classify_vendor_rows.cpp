#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;
using namespace std::chrono_literals;

namespace {

void add_alibaba(Rows& rows)
{
  rows.add(
    400, billing,
    R"~({"error":{"code":"Arrearage","param":null,"message":"Access denied, please make sure your account is in good standing.","type":"Arrearage"},"request_id":"1"})~");
  rows.add(400, billing, R"~({"code":"Arrearage","message":"x","request_id":"1"})~");
  rows.add(
    403, billing,
    R"~({"error":{"code":"AllocationQuota.FreeTierOnly","message":"The free tier of the model has been exhausted.","type":"AllocationQuota.FreeTierOnly"}})~");
  rows.add_error(400, billing, "Free allocated quota exceeded.");
  rows.add_error(400, billing, "Your free quota has been used up.");
  rows.add(
    400, content,
    R"~({"error":{"message":"Input data may contain inappropriate content.","type":"data_inspection_failed","param":null,"code":"data_inspection_failed"}})~");
  rows.add(400, content, R"~({"code":"IPInfringementSuspect","message":"x"})~");
  rows.add(
    403, endpoint,
    R"~({"code":"AccessDenied","message":"current user api does not support synchronous calls."})~");
  rows.add(
    400, endpoint,
    R"~({"errors":{"message":"image-gen task currently does not support synchronous calls. Please set header X-ModelScope-Async-Mode=true"},"request_id":"1"})~");
  rows.add(403, access,
           R"~({"code":"AccessDenied.Unpurchased","message":"Access to model denied."})~");
  rows.add(404, model, R"~({"code":"ModelNotFound","message":"x"})~");
  rows.add(400, model, R"~({"code":"InvalidParameter","message":"Model not exist."})~");
  rows.add(429, rate_limited,
           R"~({"code":"Throttling.RateQuota","message":"Requests rate limit exceeded."})~");
  rows.add(429, rate_limited,
           R"~({"code":"Throttling.AllocationQuota","message":"Allocated quota exceeded."})~");
  rows.add(500, outcome_unknown, R"~({"code":"InternalError.Timeout","message":"x"})~");
  rows.add(401, auth, R"~({"code":"InvalidApiKey","message":"Invalid API-key provided."})~");
}

void add_ark(Rows& rows)
{
  rows.add_coded(400, content, "InputTextSensitiveContentDetected",
                 "The request failed because the input text may contain sensitive information.");
  rows.add_coded(400, content, "OutputImageSensitiveContentDetected",
                 "The request failed because the output image may contain sensitive information.");
  rows.add_coded(
    400, content, "InputTextRiskDetection",
    "The request could not be processed because the input text includes sensitive content.");
  rows.add_coded(403, billing, "AccountOverdueError",
                 "The request failed because your account has an overdue balance.");
  rows.add_coded(429, billing, "QuotaExceeded",
                 "Your account has exhausted its free trial quota for the model.");
  rows.add_coded(429, billing, "SetLimitExceeded",
                 "Your account has reached the set inference limit for the model.");
  rows.add_coded(404, model, "ModelNotOpen", "Your account has not activated the model x.");
  rows.add_coded(404, model, "InvalidEndpointOrModel.NotFound",
                 "The model or endpoint x does not exist or you do not have access to it.");
  rows.add_coded(400, model, "InvalidEndpoint.ClosedEndpoint",
                 "The request targeted an endpoint that is currently closed.");
  rows.add_coded(429, rate_limited, "ModelAccountIpmRateLimitExceeded", "x");
  rows.add_coded(429, rate_limited, "RequestBurstTooFast", "x");
  rows.add_coded(429, server, "ServerOverloaded", "x");
}

void add_tencent_baidu_zhipu(Rows& rows)
{
  rows.add(
    200, content,
    R"~({"Response":{"Error":{"Code":"OperationDenied.TextIllegalDetected","Message":"文本包含违法违规信息"},"RequestId":"1"}})~");
  rows.add(
    200, billing,
    R"~({"Response":{"Error":{"Code":"ResourceUnavailable.InArrears","Message":"x"},"RequestId":"1"}})~");
  rows.add(200, auth,
           R"~({"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"x"}}})~");
  rows.add(
    200, rate_limited,
    R"~({"Response":{"Error":{"Code":"RequestLimitExceeded.JobLimitExceeded","Message":"x"}}})~");
  rows.add(200, content, R"~({"error_code":216303,"error_msg":"x","log_id":1})~");
  rows.add(200, rate_limited,
           R"~({"error_code":18,"error_msg":"Open api qps request limit reached: rate limit"})~");
  rows.add_coded(401, auth, "invalid_iam_token", "x");
  rows.add_coded(400, model, "invalid_model", "x");
  rows.add_coded(400, content, "1301", "x");
  rows.add_coded(400, model, "1211", "x");
  rows.add_coded(429, billing, "1113", "x");
  rows.add_coded(429, billing, "1304", "x");
  rows.add_coded(429, rate_limited, "1305", "x");
  rows.add(200, rate_limited, R"~({"base_resp":{"status_code":1041,"status_msg":"x"}})~");
  rows.add(200, outcome_unknown, R"~({"base_resp":{"status_code":1033,"status_msg":"x"}})~");
  rows.add(200, billing, R"~({"base_resp":{"status_code":2056,"status_msg":"x"}})~");
}

void add_google(Rows& rows)
{
  rows.add(
    400, auth,
    R"~([{"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}])~");
  rows.add(
    400, auth,
    R"~({"error":{"code":400,"message":"odd","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}})~");
  rows.add(
    403, billing,
    R"~({"error":{"code":403,"message":"odd","status":"PERMISSION_DENIED","details":[{"reason":"BILLING_DISABLED"}]}})~");
  rows.add(
    400, access,
    R"~({"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}})~");
  rows.add(
    400, billing,
    R"~({"error":{"code":400,"message":"Imagen API is only accessible to billed users at this time.","status":"INVALID_ARGUMENT"}})~");
  rows
    .add(
      429, rate_limited,
      R"~([{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for metric: requests, limit: 15, model: x\nPlease retry in 1.427s.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]},{"retryDelay":"1s"}]}}])~")
    .wait(1427ms);
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.5s"}]}})~")
    .wait(12500ms);
  // A day's quota and one of nothing at all are no matter of a second, whatever the delay.
  rows.add(
    429, billing,
    R"~({"error":{"code":429,"message":"You exceeded your current quota.\nPlease retry in 41s.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},{"retryDelay":"41s"}]}})~");
  rows.add(
    429, billing,
    R"~({"error":{"code":429,"message":"You exceeded your current quota.\n* Quota exceeded for metric: free_tier_requests, limit: 0, model: x\nPlease retry in 41s.","status":"RESOURCE_EXHAUSTED"}})~");
  rows.add(
    429, billing,
    R"~({"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED"}})~");
}

void add_others(Rows& rows)
{
  // Moonshot
  rows.add(
    429, billing,
    R"~({"error":{"type":"exceeded_current_quota_error","message":"Your account is suspended, please check your plan."}})~");
  rows.add(429, server, R"~({"error":{"type":"engine_overloaded_error","message":"x"}})~");
  // Stability, Replicate, fal, DeepInfra, Black Forest Labs
  rows.add(403, content, R"~({"id":"1","name":"content_moderation","errors":["odd words"]})~");
  rows.add(402, billing,
           R"~({"id":"1","name":"payment_required","errors":["You lack sufficient credits."]})~");
  rows
    .add(
      402, billing,
      R"~({"title":"Insufficient credit","detail":"You have insufficient credit to run this model.","status":402})~")
    .says("Insufficient credit; You have insufficient credit to run this model.");
  rows.add(
    422, content,
    R"~({"detail":[{"loc":["body","prompt"],"msg":"odd","type":"content_policy_violation","input":"x"}]})~");
  rows.add(403, billing,
           R"~({"detail":"User is locked. Reason: Exhausted balance. Top up your balance."})~");
  rows.add(500, outcome_unknown,
           R"~({"detail":[{"loc":["body"],"msg":"odd","type":"downstream_service_error"}]})~");
  rows.add(400, content, R"~({"detail":{"error":"inference: NSFW content detected"}})~");
  rows.add(
    422, content,
    R"~({"error":{"message":"odd","type":"invalid_request_error","code":"nsfw_content_detected"}})~");
  // WaveSpeed, Recraft, Runware, Vidu
  rows
    .add(200, server,
         R"~({"code":200,"message":"success","data":{"id":"1","status":"failed","error":"odd"}})~")
    .says("odd");
  rows.add(400, billing, R"~({"code":"not_enough_credits","message":"x"})~");
  rows.add(400, content, R"~({"errors":[{"code":"invalidContent","message":"x"}]})~");
  rows.add(
    400, content,
    R"~({"code":400,"reason":"x","message":"odd","error":{"code":"TaskPromptPolicyViolation","message":"odd"}})~");
  // ChatGPT accounts behind a relay
  rows.add_error(
    400, model,
    "The 'gpt-image-2' model is not supported when using Codex with a ChatGPT account.");
  rows.add(
    400, model,
    R"~({"detail":"The 'gpt-image-2' model is not supported when using Codex with a ChatGPT account."})~");
  rows.add(
    429, billing,
    R"~({"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","plan_type":"plus","resets_in_seconds":3600}})~");
  rows.add_error(400, auth, "Your authentication token has been invalidated.");
  // LocalAI, vLLM-Omni, one relay's words for a second channel
  rows.add_error(500, model, "could not load model - all backends returned error");
  rows.add_error(503, model, "分组 default 下模型 x 的可用渠道不存在（retry）");
  rows.add_error(400, model, "Model x is deprecated and no longer available.");
  rows.add_error(400, model, "模型 x 未开通");
  // Apigee, Kong, HAProxy
  rows
    .add(
      401, auth,
      R"~({"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}})~")
    .says("Invalid ApiKey");
  rows.add(503, server, R"~({"message":"failure to get a peer from the ring-balancer"})~");
  // A conflict that is understood is what it says
  rows.add_error(409, billing, "insufficient balance");
  rows.add_error(409, content, "The prompt violates the content policy.");
  rows.add_error(424, unclear, "Dependency failed.");
  rows.add_error(418, unclear, "I am a teapot.");
}

void add_waits(Rows& rows)
{
  // Now is Sun, 22 Nov 2026 12:00:00 GMT: 1795348800.
  constexpr std::string_view k_busy = R"~({"error":{"message":"Too Many Requests"}})~";
  rows.add(429, rate_limited, k_busy).header("retry-after", "1795348802").wait(2s);
  rows.add(429, rate_limited, k_busy).header("retry-after", "1795348802500").wait(2500ms);
  rows.add(429, rate_limited, k_busy).header("retry-after", "1795348700").wait(0s);
  rows.add(429, rate_limited, k_busy).header("retry-after", "2026-11-22T12:00:07Z").wait(7s);
  rows.add(429, rate_limited, k_busy).header("x-ratelimit-reset", "1795348805").wait(5s);
  rows.add(429, rate_limited, k_busy).header("x-ratelimit-reset", "1795348805000").wait(5s);
  rows.add(429, rate_limited, k_busy).header("x-ratelimit-reset", "5").wait(5s);
  rows.add(429, rate_limited, k_busy)
    .header("x-ratelimit-remaining", "0")
    .header("x-ratelimit-reset", "5")
    .wait(5s);
  rows.add(429, rate_limited, k_busy)
    .header("x-ratelimit-remaining", "3")
    .header("x-ratelimit-reset", "5");
  rows.add(429, rate_limited, k_busy)
    .header("x-ratelimit-remaining-requests", "0")
    .header("x-ratelimit-reset-requests", "1795348809")
    .wait(9s);
  rows.add(429, rate_limited, k_busy)
    .header("x-ratelimit-remaining-requests", "0")
    .header("x-ratelimit-reset-requests", "2026-11-22T12:00:03Z")
    .wait(3s);
}

} // namespace

void add_vendor_rows(Rows& rows)
{
  add_alibaba(rows);
  add_ark(rows);
  add_tencent_baidu_zhipu(rows);
  add_google(rows);
  add_others(rows);
  add_waits(rows);
}

} // namespace limn::test
