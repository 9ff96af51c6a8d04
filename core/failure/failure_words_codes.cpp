#include "failure/failure_word_tables.hpp"

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

constexpr BuiltInFailureWord k_code[] = {
  // --- Codes. A gateway that puts its code into `type` is served by the same lines ---

  // image guide
  {code, "moderation_blocked", content},
  {code, "content_policy_violation", content},
  {code, "billing_hard_limit_reached", billing},
  {code, "unknown_parameter", parameter},
  {code, "invalid_input_fidelity_model", parameter},
  {code, "unsupported_file_mimetype", invalid_request},
  {code, "image_generation_failed", server, 0, open},

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
  {code, "server_error", server, 0, open},
  {code, "vector_store_timeout", server, 0, open},
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
  {code, "account_pool_concurrency_saturated", rate_limited}, // codex2api

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

  // new-api: faults of its own, before it asks anybody
  {code, "invalid_api_type", model},
  {code, "channel:invalid_key", model},
  {code, "channel:param_override_invalid", server},
  {code, "channel:header_override_invalid", server},
  {code, "channel:aws_client_error", server},
  {code, "count_token_failed", server},
  {code, "gen_relay_info_failed", server},
  {code, "json_marshal_failed", server},
  {code, "query_data_error", server},
  {code, "token_concurrency_unavailable", server},

  // new-api and one-api (relay/adaptor, relay/controller): what came of an upstream that had the
  // request, and maybe had drawn
  {code, "bad_response", outcome_unknown},
  {code, "bad_response_body", outcome_unknown},
  {code, "empty_response", outcome_unknown},
  {code, "aws_invoke_error", outcome_unknown},
  {code, "channel:response_time_exceeded", outcome_unknown},
  {code, "update_data_error", outcome_unknown},
  {code, "unmarshal_response_body_failed", outcome_unknown},
  {code, "close_response_body_failed", outcome_unknown},
  {code, "copy_response_body_failed", outcome_unknown},
  {code, "marshal_response_body_failed", outcome_unknown},
  {code, "write_response_body_failed", outcome_unknown},
  {code, "read_response_body_failed", outcome_unknown}, // cut off after the answer had begun
  {code, "stream_closed", outcome_unknown},             // router-for-me/CLIProxyAPI
  {code, "upstream_disconnected", outcome_unknown},     // likewise
  {code, "unexpected_binary", outcome_unknown},
  {code, "stream_read_error", outcome_unknown},
  {code, "response_too_large", outcome_unknown},

  // OpenAI, of other endpoints, as relays pass them on
  {code, "unsupported_value", parameter},
  {code, "unknown_field", parameter},
  {code, "unsupported_model", model},
  {code, "model_not_supported", model},
  {code, "model_not_available", model},
  {code, "model_deprecated", model},
  {code, "model_unavailable", model},
  {code, "string_above_max_length", invalid_request},
  {code, "string_too_long", invalid_request},
  {code, "context_length_exceeded", invalid_request},
  {code, "integer_above_max_value", invalid_request},
  {code, "integer_below_min_value", invalid_request},
  {code, "missing_required_parameter", invalid_request},
  {code, "account_deactivated", auth},
  {code, "invalid_organization", auth},
  {code, "token_expired", auth},
  {code, "token_revoked", auth},
  {code, "ip_not_authorized", access},
  {code, "usage_limit_reached", billing}, // a plan of ChatGPT behind a relay
  {code, "usage_not_included", billing},
  {code, "cyber_policy", content},
  {code, "content_policy", content},
  {code, "content_blocked", content},
  {code, "content_moderated", content},
  {code, "content_moderation", content}, // Stability
  {code, "moderation_failed", content},
  {code, "safety_violation", content},
  {code, "policy_violation", content},
  {code, "prompt_moderated", content},
  {code, "nsfw_content_detected", content},
  {code, "invalidcontent", content}, // Runware
  {code, "unsupportedparameter", parameter},
  {code, "insufficientcredits", billing},
  {code, "not_enough_credits", billing}, // Recraft
  {code, "quota_exceeded", billing},
  {code, "insufficient_credits", billing},
  {code, "insufficient_funds", billing},
  {code, "payment_required", billing},                            // Stability, Together
  {code, "function_response_payload_too_large", outcome_unknown}, // Vercel
  {code, "function_invocation_timeout", outcome_unknown},
};

constexpr BuiltInFailureWord k_type[] = {
  // --- Types: `type` of OpenAI's error object, `status` of Google's ---

  // image guide; error codes
  {type, "billing_limit_user_error", billing},
  {type, "image_generation_server_error", server, 0, open},
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

  // Moonshot
  {type, "exceeded_current_quota_error", billing},
  {type, "engine_overloaded_error", server},
  {type, "rate_limit_reached_error", rate_limited},
  {type, "invalid_authentication_error", auth},
  {type, "incorrect_api_key_error", auth},
  {type, "permission_denied_error", access},

  // other makers
  {type, "insufficient_funds_error", billing},
  {type, "billing_error", billing},
  {type, "quota_exceeded_error", billing},
  {type, "payment_required_error", billing},
  {type, "permission_error", access}, // Anthropic
  {type, "timeout_error", outcome_unknown},
  {type, "content_policy_error", content},
  {type, "extra_forbidden", parameter},       // pydantic/pydantic, of FastAPI
  {type, "value_error.extra", parameter},     // its first version
  {type, "image_too_large", invalid_request}, // fal
  {type, "image_load_error", invalid_request},
  {type, "downstream_service_error", outcome_unknown},
  {type, "generation_timeout", outcome_unknown},
  {type, "no_media_generated", outcome_unknown},
  {type, "downstream_service_unavailable", server},
};

} // namespace

std::span<const BuiltInFailureWord> code_words()
{
  return k_code;
}

std::span<const BuiltInFailureWord> type_words()
{
  return k_type;
}

} // namespace limn
