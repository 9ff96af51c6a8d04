#include "codec/failure_words.hpp"

#include "codec/ascii.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

// The gateway's own codes. A gateway that puts its code into `type` is served by the same lines.
constexpr BuiltInFailureWord k_codes[] = {
  // openai-openapi, OpenAI's image guide
  {code, "moderation_blocked", content},
  {code, "content_policy_violation", content},
  {code, "image_content_policy_violation", content},
  {code, "bio_policy", content},
  {code, "invalid_prompt", content}, // the prompt was flagged; an empty one has other codes
  {code, "content_filter", content}, // also the reason of response.incomplete
  {code, "billing_hard_limit_reached", billing},
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
  {code, "unknown_parameter", parameter},
  {code, "unsupported_parameter", parameter},
  {code, "invalid_input_fidelity_model", parameter},
  {code, "unsupported_file_mimetype", invalid_request},
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
  {code, "slow_down", rate_limited},
  {code, "server_error", server},
  {code, "server_is_overloaded", server},
  {code, "image_generation_failed", server},
  {code, "vector_store_timeout", server},
  {code, "max_output_tokens", no_image}, // the reason of response.incomplete

  // Azure OpenAI
  {code, "contentfilter", content},
  {code, "responsibleaipolicyviolation", content},
  {code, "deploymentnotfound", model},

  // QuantumNous/new-api
  {code, "sensitive_words_detected", content},
  {code, "prompt_blocked", content},
  {code, "insufficient_user_quota", billing}, // also songquanpeng/one-api
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
  {code, "api_not_implemented", endpoint},
  {code, "invalid_request", invalid_request, 500},
  {code, "read_request_body_failed", invalid_request},
  {code, "bad_request_body", invalid_request},
  {code, "convert_request_failed", invalid_request},
  {code, "token_concurrency_limit_reached", rate_limited},
  {code, "read_response_body_failed", outcome_unknown}, // cut off after the answer had begun

  // songquanpeng/one-api, image checks
  {code, "size_not_supported", size},
  {code, "prompt_too_long", invalid_request},
  {code, "prompt_missing", invalid_request},
  {code, "n_not_within_range", invalid_request},

  // sub2api
  {code, "insufficient_balance", billing},
  {code, "subscription_not_found", billing},
  {code, "usage_limit_exceeded", billing},
  {code, "api_key_required", auth},
  {code, "api_key_disabled", auth},
  {code, "user_inactive", auth},

  // SiliconFlow
  {code, "30001", billing, 403},
  {code, "30011", billing, 403},

  // MiniMax: base_resp.status_code, always with a 200
  {code, "1026", content, 200},
  {code, "1008", billing, 200},
  {code, "1004", auth, 200},
  {code, "2049", auth, 200},
  {code, "2013", invalid_request, 200},
  {code, "1002", rate_limited, 200},

  // Zhipu
  {code, "1302", rate_limited, 429},
};

// `type` of OpenAI's error object, `status` of Google's.
constexpr BuiltInFailureWord k_types[] = {
  // openai-openapi
  {type, "billing_limit_user_error", billing},
  {type, "request_forbidden", access},
  {type, "requests", rate_limited},
  {type, "tokens", rate_limited},
  {type, "input-images", rate_limited},
  {type, "image_generation_server_error", server},
  {type, "service_unavailable_error", server},

  // BerriAI/litellm, error reference of the proxy
  {type, "budget_exceeded", billing},
  {type, "token_not_found_in_db", auth},
  {type, "expired_key", auth},
  {type, "auth_error", auth},
  {type, "key_model_access_denied", access},

  // Portkey-AI/gateway
  {type, "hooks_failed", content},

  // Google's API errors, Anthropic-style relays
  {type, "unauthenticated", auth},
  {type, "authentication_error", auth},
  {type, "rate_limit_error", rate_limited},
  {type, "unavailable", server},
  {type, "overloaded_error", server},
  {type, "deadline_exceeded", outcome_unknown},
};

// What messages say. The order is that of the classes, except that a phrase which would be misread
// stands before the one that it would be misread as.
constexpr BuiltInFailureWord k_messages[] = {
  // openai-openapi and OpenAI's image guide, relays that pass its text on
  {message, "safety system", content},
  {message, "safety_violations", content},
  {message, "moderation_blocked", content},
  {message, "content_policy_violation", content},
  {message, "content policy", content},
  {message, "usage policy", content},
  {message, "content management policy", content}, // Azure OpenAI
  {message, "responsible ai policy", content},
  {message, "input was flagged", content}, // OpenRouter
  {message, "requires moderation", content},
  {message, "sensitive words", content}, // QuantumNous/new-api
  {message, "敏感词", content},
  {message, "敏感内容", content},
  {message, "内容审核", content},

  // Accounts without money, in words that nothing else uses
  {message, "billing hard limit", billing}, // openai-openapi
  {message, "billing_hard_limit_reached", billing},
  {message, "exceeded your current quota", billing},
  {message, "insufficient_quota", billing},
  {message, "credit balance is too low", billing}, // Anthropic
  {message, "insufficient balance", billing},      // DeepSeek, MiniMax
  {message, "insufficient account balance", billing},
  {message, "insufficient credit", billing}, // OpenRouter
  {message, "insufficient quota", billing},
  {message, "insufficient funds", billing},
  {message, "insufficient_user_quota", billing},
  {message, "balance is insufficient", billing}, // SiliconFlow
  {message, "requires paid balance", billing},
  {message, "budget has been exceeded", billing}, // BerriAI/litellm
  {message, "budget exhausted", billing},         // Portkey
  {message, "quota is not enough", billing},      // songquanpeng/one-api
  {message, "tokenstatusexhausted", billing},
  {message, "余额不足", billing}, // QuantumNous/new-api and forks
  {message, "额度不足", billing},
  {message, "额度已用尽", billing},
  {message, "预扣费", billing},
  {message, "欠费", billing},

  // Rate limits that speak of quota, billing or payment as the way to a higher one
  {message, "rate limit", rate_limited, 429},                  // openai-openapi
  {message, "ratelimit", rate_limited, 429},                   // BerriAI/litellm
  {message, "resource has been exhausted", rate_limited, 429}, // Google
  {message, "too many requests", rate_limited, 429},
  {message, "per minute", rate_limited, 429},
  {message, "速率限制", rate_limited, 429},   // Zhipu
  {message, "请求数限制", rate_limited, 429}, // QuantumNous/new-api
  {message, "负载已饱和", rate_limited},      // songquanpeng/one-api
  {message, "insufficient*permission", access, 403},
  {message, "insufficient*scope", access, 403},
  {message, "insufficient*privilege", access, 403},

  // Words of money, where the status leaves only this and one other reading
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

  {message, "api key not valid", auth}, // Google, with a 400
  {message, "incorrect api key", auth}, // openai-openapi
  {message, "invalid api key", auth},   // MiniMax and others
  {message, "无效的令牌", auth},        // QuantumNous/new-api
  {message, "令牌已过期", auth},

  {message, "organization must be verified", access}, // openai-openapi
  {message, "country, region, or territory not supported", access},

  // Paths that do not exist, before models that do not
  {message, "invalid url (", endpoint}, // openai-openapi, songquanpeng/one-api
  {message, "cannot post /", endpoint},
  {message, "api not implemented", endpoint}, // QuantumNous/new-api
  {message, "url*not found", endpoint, 404},
  {message, "path*not found", endpoint, 404},
  {message, "route*not found", endpoint, 404},
  {message, "tool*image_generation*not supported", endpoint}, // a chat model without the tool

  {message, "no available channel", model}, // QuantumNous/new-api
  {message, "无可用渠道", model},
  {message, "可用渠道失败", model},
  {message, "no deployments available", model}, // BerriAI/litellm
  {message, "no healthy deployments", model},
  {message, "no available account", model}, // sub2api
  {message, "no endpoints found", model},   // OpenRouter
  {message, "not a valid model", model},
  {message, "model_not_found", model},
  {message, "model not found", model},
  {message, "model not exist", model}, // DeepSeek
  {message, "unknown model", model},
  {message, "unsupported model", model},
  {message, "model*does not exist", model}, // openai-openapi
  {message, "does not have access to model", model},
  {message, "only supported in v1/", model},
  {message, "model*not found", model, 404},
  {message, "models/*is not found", model}, // Google
  {message, "模型*不存在", model},

  {message, "invalid size", size}, // openai-openapi
  {message, "divisible by 16", size},
  {message, "longest edge must", size},
  {message, "pixel budget", size},
  {message, "- 'size'", size},                          // the words of OpenAI's older models
  {message, "supported values are: '1024x1024'", size}, // gpt-image-1
  {message, "supported values are: '256x256'", size},   // dall-e-2
  {message, "size not supported", size},                // songquanpeng/one-api
  {message, "size is not supported", size},
  {message, "unsupported size", size},
  {message, "不支持的尺寸", size},

  {message, "unknown parameter", parameter}, // openai-openapi
  {message, "unsupported parameter", parameter},
  {message, "unrecognized request argument", parameter},
  {message, "does not support the '*' parameter", parameter},
  {message, "transparent background is not supported", parameter},
  {message, "streaming must have non-zero partial images", parameter}, // QuantumNous/new-api
  {message, "extra inputs are not permitted", parameter},              // FastAPI
  {message, "extra fields not permitted", parameter},

  {message, "rate limit", rate_limited},
  {message, "too many requests", rate_limited},
  {message, "请求数限制", rate_limited},
  {message, "速率限制", rate_limited},

  // A gateway that lost its own connection while the picture was being drawn
  {message, "deadline exceeded", outcome_unknown, 500}, // QuantumNous/new-api, do_request_failed
  {message, "timed out", outcome_unknown, 500},
  {message, "timeout", outcome_unknown, 500},
  {message, "unexpected eof", outcome_unknown, 500},
  {message, "connection reset", outcome_unknown, 500},
  {message, "reset reason: connection termination", outcome_unknown, 503}, // envoy
};

constexpr auto k_built_in = [] {
  std::array<BuiltInFailureWord, std::size(k_codes) + std::size(k_types) + std::size(k_messages)>
    all{};
  std::size_t count = 0;
  for (const auto& word : k_codes) {
    all[count++] = word;
  }
  for (const auto& word : k_types) {
    all[count++] = word;
  }
  for (const auto& word : k_messages) {
    all[count++] = word;
  }
  return all;
}();

} // namespace

std::span<const BuiltInFailureWord> built_in_failure_words()
{
  return k_built_in;
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
