#include "failure/failure_word_tables.hpp"

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

constexpr BuiltInFailureWord k_account[] = {
  // --- Accounts without money, in words that nothing else uses ---

  // image guide; error codes
  {message, "billing hard limit", billing},
  {message, "billing_hard_limit_reached", billing},
  {message, "exceeded your current quota", billing},
  {message, "insufficient_quota", billing},
  {message, "insufficient quota", billing},

  {message, "credit balance is too low", billing}, // Anthropic
  {message, "insufficient balance", billing},      // DeepSeek, MiniMax
  {message, "insufficient_balance", billing},
  {message, "insufficient account balance", billing}, // sub2api
  {message, "insufficient credit", billing},          // OpenRouter
  {message, "insufficient funds", billing},           // one-api's forks
  {message, "insufficient_user_quota", billing},      // new-api
  {message, "balance is insufficient", billing},      // SiliconFlow
  {message, "balance insufficient", billing},
  {message, "balance is not enough", billing},
  {message, "balance not enough", billing},
  {message, "balance is too low", billing},
  {message, "negative balance", billing},
  {message, "overdue balance", billing}, // Ark
  {message, "requires paid balance", billing},
  {message, "budget has been exceeded", billing}, // LiteLLM
  {message, "crossed budget", billing},
  {message, "exceeded budget", billing},
  {message, "budget exhausted", billing},    // Portkey
  {message, "quota is not enough", billing}, // one-api, relay/controller/helper.go
  {message, "not enough credit", billing},   // Recraft
  {message, "not enough quota", billing},
  {message, "out of credit", billing},
  {message, "run out of credits", billing},
  {message, "no credits", billing},
  {message, "requires more credits", billing}, // OpenRouter
  {message, "credits exhausted", billing},
  {message, "credits have been exhausted", billing},
  {message, "used up*credits", billing},
  {message, "used all available credits", billing}, // xAI
  {message, "exhausted its free", billing},         // Ark, QuotaExceeded
  {message, "exhausted balance", billing},          // fal
  {message, "user is locked", billing},
  {message, "payment required", billing},
  {message, "billed users", billing}, // Google: the Imagen API
  {message, "enable billing", billing},
  {message, "billing to be enabled", billing},
  {message, "billing account", billing},
  {message, "billing is not", billing},
  {message, "billing not", billing},
  {message, "billing details", billing, 400},
  {message, "spending limit", billing},
  {message, "spend limit", billing},
  {message, "subscription*expired", billing},
  {message, "subscription is inactive", billing},
  {message, "subscription required", billing},
  {message, "no active subscription", billing},
  {message, "trial has ended", billing},
  {message, "trial*expired", billing},
  {message, "usage limit has been reached", billing}, // a plan of ChatGPT behind a relay
  {message, "top up your", billing},
  {message, "please top up", billing},
  {message, "please recharge", billing},
  {message, "set inference limit", billing}, // Ark, SetLimitExceeded

  // Alibaba Model Studio
  {message, "arrearage", billing},
  {message, "in arrears", billing},
  {message, "in good standing", billing},
  {message, "overdue payment", billing},
  {message, "overdue-payment", billing},
  {message, "free tier*exhausted", billing},
  {message, "free quota", billing},
  {message, "free allocated quota", billing},
  {message, "free allocation", billing},
  {message, "freetieronly", billing},
  {message, "free credits", billing},
  {message, "free tier only", billing},

  // new-api, i18n/locales/zh-CN.yaml and model/token.go, and its forks; makers in China
  {message, "tokenstatusexhausted", billing},
  {message, "余额不足", billing},
  {message, "餘額不足", billing},
  {message, "额度不足", billing},
  {message, "額度不足", billing},
  {message, "额度已用", billing},
  {message, "额度用尽", billing},
  {message, "额度耗尽", billing},
  {message, "额度已耗尽", billing},
  {message, "免费额度", billing},
  {message, "配额不足", billing},
  {message, "配额已用", billing},
  {message, "积分不足", billing},
  {message, "点数不足", billing},
  {message, "资源包*用", billing},
  {message, "套餐*到期", billing},
  {message, "套餐*过期", billing},
  {message, "套餐*用", billing},
  {message, "预扣费", billing},
  {message, "欠费", billing},
  {message, "欠費", billing},
  {message, "请充值", billing},
  {message, "请先充值", billing},
  {message, "недостаточно средств", billing},
  {message, "едостаточно средств", billing},
  {message, "残高不足", billing},
  {message, "残高が不足", billing},
  {message, "잔액이 부족", billing},

  // --- Rate limits that speak of quota, billing or payment as the way to a higher one ---

  {message, "rate limit", rate_limited, 429},                  // error codes
  {message, "ratelimit", rate_limited, 429},                   // LiteLLM
  {message, "resource has been exhausted", rate_limited, 429}, // Google
  {message, "too many requests", rate_limited, 429},           // RFC 6585
  {message, "per minute", rate_limited, 429},
  {message, "请求过于频繁", rate_limited},
  {message, "请求频率", rate_limited},
  {message, "并发*超", rate_limited},
  {message, "速率限制", rate_limited, 429},   // Zhipu
  {message, "请求数限制", rate_limited, 429}, // new-api, middleware/model-rate-limit.go
  {message, "负载已饱和", rate_limited},      // one-api, controller/relay.go; new-api, i18n/locales
  {message, "insufficient*permission", access, 403}, // error codes
  {message, "insufficient*scope", access, 403},
  {message, "insufficient*privilege", access, 403},

  {message, "payment method", billing},

  // --- Of money, where the status leaves only this and one other reading ---

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

  // --- Keys and access ---

  {message, "api key not valid", auth}, // Google, with a 400
  {message, "api key expired", auth},   // likewise
  {message, "api key has expired", auth},
  {message, "api key is expired", auth},
  {message, "expired api key", auth},
  {message, "incorrect api key", auth}, // error codes
  {message, "invalid api key", auth},   // MiniMax, sub2api
  {message, "invalid api-key", auth},   // Alibaba
  {message, "invalid_api_key", auth},
  {message, "invalid apikey", auth},
  {message, "api key is invalid", auth},
  {message, "api key is not valid", auth},
  {message, "api key invalid", auth},
  {message, "api key not found", auth},
  {message, "api key is missing", auth},
  {message, "api key is required", auth},
  {message, "api key is disabled", auth},
  {message, "api key*revoked", auth},
  {message, "api key*disabled", auth},
  {message, "missing api key", auth},
  {message, "no api key", auth},
  {message, "api_key_invalid", auth},
  {message, "key has expired", auth},
  {message, "expired key", auth},
  {message, "token has expired", auth},
  {message, "token is expired", auth},
  {message, "token expired", auth},
  {message, "token has been invalidated", auth}, // ChatGPT accounts behind a relay
  {message, "authentication token", auth},
  {message, "invalid token", auth, 400},
  {message, "invalid access token", auth},
  {message, "access token is invalid", auth},
  {message, "invalid authentication", auth},
  {message, "invalid credential", auth},
  {message, "authentication fail", auth},
  {message, "authentication error", auth},
  {message, "unauthorized", auth, 400},
  {message, "unauthenticated", auth, 400},
  {message, "invalid bearer", auth},
  {message, "无效的令牌", auth}, // new-api, i18n/locales/zh-CN.yaml
  {message, "令牌已过期", auth},
  {message, "令牌无效", auth},
  {message, "令牌*过期", auth},
  {message, "密钥无效", auth},
  {message, "密钥*过期", auth},
  {message, "无效的密钥", auth},
  {message, "鉴权失败", auth},
  {message, "认证失败", auth},
  {message, "身份验证失败", auth},
  {message, "api key*无效", auth},
  {message, "organization must be verified", access},               // openai-php/client#565
  {message, "country, region, or territory not supported", access}, // error codes
  {message, "location is not supported", access},                   // Google, with a 400
  {message, "region is not supported", access},
  {message, "not available in your region", access},
  {message, "not available in your country", access},
  {message, "account*suspended", access},
  {message, "account*deactivated", access},
  {message, "account*banned", access},
  {message, "账号*封", access},
  {message, "用户已被封禁", access},
  {message, "access to model denied", access}, // Alibaba, AccessDenied.Unpurchased
  {message, "do not have permission", access},
  {message, "does not have permission", access},
  {message, "permission denied", access},
  {message, "not authorized to", access},
};

} // namespace

std::span<const BuiltInFailureWord> account_words()
{
  return k_account;
}

} // namespace limn
