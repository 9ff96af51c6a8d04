#include "codec/failure_words.hpp"

#include "codec/ascii.hpp"

#include <algorithm>

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

// Where they come from, by the names that stand above them:
//   openapi.yaml     openai/openai-openapi, openapi.yaml
//   image guide      developers.openai.com/api/docs/guides/image-generation
//   error codes      developers.openai.com/api/docs/guides/error-codes
//   new-api          QuantumNous/new-api; codes: types/error.go
//   one-api          songquanpeng/one-api
//   sub2api          Wei-Shaw/sub2api, backend/internal/server/middleware/api_key_auth.go
//   LiteLLM          BerriAI/litellm-docs, docs/proxy/error_reference.md
//   Portkey          Portkey-AI/gateway, src/handlers/responseHandlers.ts
//   OpenRouter       openrouter.ai/docs/api/reference/errors-and-debugging
//   Azure            learn.microsoft.com/azure/ai-services/openai/concepts/content-filter
//   DeepSeek         api-docs.deepseek.com/quick_start/error_codes
//   SiliconFlow      FoundationAgents/OpenManus#438
//   MiniMax          platform.minimax.io/docs/api-reference/errorcode
//   Zhipu            docs.bigmodel.cn/cn/faq/api-code
//   Google           cloud.google.com/apis/design/errors
//   Anthropic        docs.anthropic.com/en/api/errors
//   FastAPI          fastapi/fastapi with pydantic/pydantic, the texts of request validation
//   envoy            envoyproxy/envoy, source/common/router/router.cc
//
// Codes and types may stand in any order: a text is one of a kind. Among the words of messages the
// order is that of the classes, except that a phrase which would be misread stands before the one
// that it would be misread as.
constexpr BuiltInFailureWord k_words[] = {
  // --- Codes. A gateway that puts its code into `type` is served by the same lines ---

  // image guide
  {code, "moderation_blocked", content},
  {code, "content_policy_violation", content},
  {code, "billing_hard_limit_reached", billing},
  {code, "unknown_parameter", parameter},
  {code, "invalid_input_fidelity_model", parameter},
  {code, "unsupported_file_mimetype", invalid_request},
  {code, "image_generation_failed", server},

  // openapi.yaml, ResponseErrorCode and the reasons of response.incomplete
  {code, "image_content_policy_violation", content},
  {code, "bio_policy", content},
  {code, "invalid_prompt", content}, // the prompt was flagged; an empty one has other codes
  {code, "content_filter", content}, // also Azure
  {code, "data_residency_mismatch", invalid_request},
  {code, "invalid_image", invalid_request},
  {code, "invalid_image_format", invalid_request},
  {code, "invalid_base64_image", invalid_request},
  {code, "invalid_image_url", invalid_request},
  {code, "invalid_image_mode", invalid_request},
  {code, "image_too_large", invalid_request},
  {code, "image_too_small", invalid_request},
  {code, "image_parse_error", invalid_request},
  {code, "image_file_too_large", invalid_request},
  {code, "image_file_not_found", invalid_request},
  {code, "empty_image_file", invalid_request},
  {code, "unsupported_image_media_type", invalid_request},
  {code, "failed_to_download_image", invalid_request},
  {code, "rate_limit_exceeded", rate_limited},
  {code, "server_error", server},
  {code, "vector_store_timeout", server},
  {code, "max_output_tokens", no_image},

  // error codes
  {code, "billing_not_active", billing},
  {code, "insufficient_quota", billing},
  {code, "credit_balance_exhausted", billing},
  {code, "organization_spend_limit_exceeded", billing},
  {code, "project_spend_limit_exceeded", billing},
  {code, "organization_usage_limit_exceeded", billing},
  {code, "invalid_api_key", auth},
  {code, "unsupported_country_region_territory", access},
  {code, "model_not_found", access, 403}, // the project may not use it
  {code, "model_not_found", model},
  {code, "unknown_url", endpoint},
  {code, "method_not_supported", endpoint},
  {code, "unsupported_parameter", parameter},
  {code, "slow_down", rate_limited},
  {code, "server_is_overloaded", server},

  // Azure
  {code, "contentfilter", content},
  {code, "responsibleaipolicyviolation", content},
  {code, "deploymentnotfound", model},

  // new-api
  {code, "sensitive_words_detected", content},
  {code, "violation_fee.grok.csam", content},
  {code, "prompt_blocked", content},
  {code, "insufficient_user_quota", billing}, // also one-api, relay/controller/helper.go
  {code, "pre_consume_token_quota_failed", billing},
  {code, "entitlement_required", billing},
  {code, "entitlement_inactive", billing},
  {code, "entitlement_daily_limit_exceeded", billing},
  {code, "entitlement_total_limit_exceeded", billing},
  {code, "access_denied", access}, // also sub2api
  {code, "get_channel_failed", model},
  {code, "model_price_error", model},
  {code, "channel:no_available_key", model},
  {code, "channel:model_mapped_error", model},
  {code, "api_not_implemented", endpoint}, // controller/relay.go
  {code, "invalid_request", invalid_request, 500},
  {code, "read_request_body_failed", invalid_request},
  {code, "bad_request_body", invalid_request},
  {code, "convert_request_failed", invalid_request},
  {code, "token_concurrency_limit_reached", rate_limited},
  {code, "read_response_body_failed", outcome_unknown}, // cut off after the answer had begun

  // one-api, relay/controller/helper.go: what it checks of an order of images
  {code, "size_not_supported", size},
  {code, "prompt_too_long", invalid_request},
  {code, "prompt_missing", invalid_request},
  {code, "n_not_within_range", invalid_request},

  // sub2api
  {code, "insufficient_balance", billing},
  {code, "subscription_not_found", billing},
  {code, "subscription_invalid", billing},
  {code, "usage_limit_exceeded", billing},
  {code, "api_key_required", auth},
  {code, "api_key_disabled", auth},
  {code, "user_not_found", auth, 401},
  {code, "user_inactive", auth},

  // SiliconFlow
  {code, "30001", billing, 403},
  {code, "30011", billing, 403},

  // MiniMax: base_resp.status_code, always with a 200
  {code, "1026", content, 200}, // what goes in
  {code, "1027", content, 200}, // what comes out
  {code, "1008", billing, 200},
  {code, "1004", auth, 200},
  {code, "2049", auth, 200},
  {code, "2013", invalid_request, 200},
  {code, "1002", rate_limited, 200},
  {code, "1001", outcome_unknown, 200}, // timed out behind the gateway

  // Zhipu
  {code, "1302", rate_limited, 429},

  // --- Types: `type` of OpenAI's error object, `status` of Google's ---

  // image guide; error codes
  {type, "billing_limit_user_error", billing},
  {type, "image_generation_server_error", server},
  {type, "request_forbidden", access},
  {type, "requests", rate_limited},
  {type, "tokens", rate_limited},
  {type, "input-images", rate_limited},
  {type, "service_unavailable_error", server},

  // LiteLLM
  {type, "budget_exceeded", billing},
  {type, "token_not_found_in_db", auth},
  {type, "expired_key", auth},
  {type, "auth_error", auth},
  {type, "key_model_access_denied", access},
  {type, "team_model_access_denied", access},
  {type, "user_model_access_denied", access},
  {type, "org_model_access_denied", access},
  {type, "project_model_access_denied", access},

  // Portkey
  {type, "hooks_failed", content},

  // Google
  {type, "unauthenticated", auth},
  {type, "unavailable", server},
  {type, "deadline_exceeded", outcome_unknown},

  // Anthropic, and the relays in front of it
  {type, "authentication_error", auth},
  {type, "rate_limit_error", rate_limited},
  {type, "overloaded_error", server},

  // --- Words of messages: content ---

  // image guide, and relays that pass its texts on
  {message, "safety system", content},
  {message, "safety_violations", content},
  {message, "moderation_blocked", content},
  {message, "content_policy_violation", content},
  {message, "content policy", content},
  {message, "usage policy", content},

  // Azure
  {message, "content management policy", content},
  {message, "responsible ai policy", content},

  // OpenRouter
  {message, "input was flagged", content},
  {message, "requires moderation", content},

  // new-api, service/sensitive.go and relay/
  {message, "sensitive words", content},
  {message, "敏感词", content},
  {message, "敏感内容", content},
  {message, "内容审核", content},

  // --- Words of messages: accounts without money, in words that nothing else uses ---

  // image guide; error codes
  {message, "billing hard limit", billing},
  {message, "billing_hard_limit_reached", billing},
  {message, "exceeded your current quota", billing},
  {message, "insufficient_quota", billing},
  {message, "insufficient quota", billing},

  {message, "credit balance is too low", billing},    // Anthropic
  {message, "insufficient balance", billing},         // DeepSeek, MiniMax
  {message, "insufficient account balance", billing}, // sub2api
  {message, "insufficient credit", billing},          // OpenRouter
  {message, "insufficient funds", billing},           // one-api's forks
  {message, "insufficient_user_quota", billing},      // new-api
  {message, "balance is insufficient", billing},      // SiliconFlow
  {message, "requires paid balance", billing},
  {message, "budget has been exceeded", billing}, // LiteLLM
  {message, "crossed budget", billing},
  {message, "budget exhausted", billing},    // Portkey
  {message, "quota is not enough", billing}, // one-api, relay/controller/helper.go

  // new-api, i18n/locales/zh-CN.yaml and model/token.go, and its forks
  {message, "tokenstatusexhausted", billing},
  {message, "余额不足", billing},
  {message, "额度不足", billing},
  {message, "额度已用尽", billing},
  {message, "预扣费", billing},
  {message, "欠费", billing},

  // --- Words of messages: rate limits that speak of quota, billing or payment as the way to a
  // higher one ---

  {message, "rate limit", rate_limited, 429},                  // error codes
  {message, "ratelimit", rate_limited, 429},                   // LiteLLM
  {message, "resource has been exhausted", rate_limited, 429}, // Google
  {message, "too many requests", rate_limited, 429},           // RFC 6585
  {message, "per minute", rate_limited, 429},
  {message, "速率限制", rate_limited, 429},   // Zhipu
  {message, "请求数限制", rate_limited, 429}, // new-api, middleware/model-rate-limit.go
  {message, "负载已饱和", rate_limited},      // one-api, controller/relay.go; new-api, i18n/locales
  {message, "insufficient*permission", access, 403}, // error codes
  {message, "insufficient*scope", access, 403},
  {message, "insufficient*privilege", access, 403},

  // --- Words of messages: of money, where the status leaves only this and one other reading ---

  {message, "quota", billing, 401},
  {message, "balance", billing, 401},
  {message, "credit", billing, 403},
  {message, "insufficient", billing, 403},
  {message, "quota", billing, 403},
  {message, "balance", billing, 403},
  {message, "billing", billing, 403},
  {message, "payment", billing, 403},
  {message, "充值", billing, 403},
  {message, "insufficient", billing, 429},
  {message, "quota", billing, 429},
  {message, "balance", billing, 429},
  {message, "credit", billing, 429},
  {message, "billing", billing, 429},
  {message, "payment", billing, 429},
  {message, "充值", billing, 429},

  // --- Words of messages: keys and access ---

  {message, "api key not valid", auth}, // Google, with a 400
  {message, "incorrect api key", auth}, // error codes
  {message, "invalid api key", auth},   // MiniMax, sub2api
  {message, "无效的令牌", auth},        // new-api, i18n/locales/zh-CN.yaml
  {message, "令牌已过期", auth},
  {message, "organization must be verified", access},               // openai-php/client#565
  {message, "country, region, or territory not supported", access}, // error codes

  // --- Words of messages: paths that do not exist, before models that do not ---

  {message, "invalid url (", endpoint}, // error codes; one-api and new-api, controller/relay.go
  {message, "cannot post /", endpoint}, // expressjs/express
  {message, "api not implemented", endpoint}, // new-api, controller/relay.go
  {message, "url*not found", endpoint, 404},
  {message, "path*not found", endpoint, 404},
  {message, "route*not found", endpoint, 404},
  {message, "tool*image_generation*not supported", endpoint}, // a chat model without the tool

  // --- Words of messages: models ---

  // new-api, i18n/locales/*.yaml
  {message, "no available channel", model},
  {message, "无可用渠道", model},
  {message, "可用渠道失败", model},

  {message, "no deployments available", model}, // LiteLLM
  {message, "no healthy deployments", model},
  {message, "no available account", model}, // Wei-Shaw/sub2api, backend/internal/handler
  {message, "no endpoints found", model},   // OpenRouter
  {message, "not a valid model", model},
  {message, "model not exist", model},      // DeepSeek
  {message, "models/*is not found", model}, // Google

  // error codes, and relays that pass its texts on
  {message, "model_not_found", model},
  {message, "model not found", model},
  {message, "unknown model", model},
  {message, "unsupported model", model},
  {message, "model*does not exist", model},
  {message, "does not have access to model", model},
  {message, "only supported in v1/", model},
  {message, "model*not found", model, 404},
  {message, "模型*不存在", model},

  // --- Words of messages: sizes ---

  // image guide
  {message, "invalid size", size},
  {message, "divisible by 16", size},
  {message, "longest edge must", size},
  {message, "pixel budget", size},
  {message, "- 'size'", size},                          // of its older models
  {message, "supported values are: '1024x1024'", size}, // gpt-image-1
  {message, "supported values are: '256x256'", size},   // dall-e-2

  // one-api, relay/controller/helper.go, and its forks
  {message, "size not supported", size},
  {message, "size is not supported", size},
  {message, "unsupported size", size},
  {message, "不支持的尺寸", size},

  // --- Words of messages: parameters ---

  // image guide; openapi.yaml
  {message, "unknown parameter", parameter},
  {message, "unsupported parameter", parameter},
  {message, "unrecognized request argument", parameter},
  {message, "does not support the '*' parameter", parameter},
  {message, "transparent background is not supported", parameter},
  {message, "streaming must have non-zero partial images", parameter},

  // FastAPI
  {message, "extra inputs are not permitted", parameter},
  {message, "extra fields not permitted", parameter},

  // --- Words of messages: rate limits, with whatever status ---

  {message, "rate limit", rate_limited}, // error codes
  {message, "too many requests", rate_limited},
  {message, "请求数限制", rate_limited}, // new-api, middleware/model-rate-limit.go
  {message, "速率限制", rate_limited},   // Zhipu

  // --- Words of messages: a gateway lost its own connection while the picture was being drawn ---

  // new-api, relay/channel/api_request.go: what Go's net/http says below do_request_failed
  {message, "deadline exceeded", outcome_unknown, 500},
  {message, "timed out", outcome_unknown, 500},
  {message, "timeout", outcome_unknown, 500},
  {message, "unexpected eof", outcome_unknown, 500},
  {message, "connection reset", outcome_unknown, 500},

  // nginx/nginx, src/http/ngx_http_special_response.c: its page, quoted by a relay in front of it
  {message, "bad gateway", outcome_unknown, 500},
  {message, "gateway time-out", outcome_unknown, 500},

  {message, "reset reason: connection termination", outcome_unknown, 503}, // envoy
};

} // namespace

std::span<const BuiltInFailureWord> built_in_failure_words()
{
  return k_words;
}

bool contains_words(std::string_view message, std::string_view words)
{
  bool has_piece = false;
  while (!words.empty()) {
    const auto star = std::min(words.find('*'), words.size());
    const auto piece = words.substr(0, star);
    words.remove_prefix(std::min(star + 1, words.size()));
    if (piece.empty()) {
      continue;
    }
    const auto at = find_ignoring_case(message, piece);
    if (at == std::string_view::npos) {
      return false;
    }
    message.remove_prefix(at + piece.size());
    has_piece = true;
  }
  return has_piece;
}

} // namespace limn
