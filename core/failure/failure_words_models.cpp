#include "failure/failure_word_tables.hpp"

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

constexpr BuiltInFailureWord k_model[] = {
  // --- Paths that do not exist, before models that do not ---

  {message, "invalid url (", endpoint}, // error codes; one-api and new-api, controller/relay.go
  {message, "cannot post /", endpoint}, // expressjs/express
  {message, "api not implemented", endpoint}, // new-api, controller/relay.go
  {message, "url*not found", endpoint, 404},
  {message, "path*not found", endpoint, 404},
  {message, "route*not found", endpoint, 404},
  {message, "tool*image_generation*not supported", endpoint}, // a chat model without the tool
  {message, "unknown request url", endpoint},
  {message, "no route matched", endpoint}, // Kong/kong
  {message, "endpoint is not supported", endpoint},
  {message, "endpoint not supported", endpoint},
  {message, "endpoint*not implemented", endpoint},
  {message, "method not allowed", endpoint},
  {message, "synchronous calls", endpoint}, // ModelScope, Alibaba: images only as jobs
  {message, "synchronous call", endpoint},
  {message, "synchronous mode", endpoint},
  {message, "asynchronous call", endpoint},
  {message, "async mode", endpoint},
  {message, "不支持同步", endpoint},
  {message, "异步调用", endpoint},
  {message, "only supported in v1/", model}, // error codes
  {message, "only supported by the", endpoint},
  {message, "stream must be set to true", endpoint}, // Codex-backed /responses
  {message, "store must be set to false", endpoint},
  {message, "instructions are required", endpoint},
  {message, "instructions are not valid", endpoint},
  {message, "unsupported content type", endpoint},
  {message, "unsupported content-type", endpoint},
  {message, "content-type must be", endpoint},
  {message, "content type must be", endpoint},

  // --- Models: of a parameter of theirs, or of an argument that happens to be one ---

  // image guide; openapi.yaml
  {message, "does not support the '*' parameter", parameter},
  {message, "does not support parameter", parameter},
  {message, "does not support the parameter", parameter},
  {message, "transparent background is not supported", parameter},
  {message, "streaming must have non-zero partial images", parameter},

  // --- Models ---

  // new-api, i18n/locales/*.yaml; what controller/relay.go says after an upstream that failed
  {message, "（retry）", model, 0, open},
  {message, "(retry)", model, 0, open},
  {message, "no available channel", model},
  {message, "无可用渠道", model},
  {message, "無可用渠道", model},
  {message, "没有可用的渠道", model},
  {message, "无可用模型", model},
  {message, "可用渠道失败", model},
  {message, "可用渠道不存在", model},

  {message, "no deployments available", model}, // LiteLLM
  {message, "no healthy deployments", model},
  {message, "llm provider not provided", model},
  {message, "no available account", model}, // Wei-Shaw/sub2api, backend/internal/handler
  {message, "no available compatible account", model},
  {message, "model identifier is invalid", model}, // Bedrock
  {message, "no auth available", model},           // router-for-me/CLIProxyAPI
  {message, "auth_unavailable", model},
  {message, "unknown provider for model", model},
  {message, "no endpoints found", model}, // OpenRouter
  {message, "no allowed providers", model},
  {message, "not a valid model", model},
  {message, "is not a model", model},
  {message, "model not exist", model},                      // DeepSeek
  {message, "models/*is not found", model},                 // Google
  {message, "all backends returned error", model, 0, open}, // mudler/LocalAI
  {message, "could not load model", model},
  {message, "failed to load model", model},

  // ChatGPT accounts behind a relay
  {message, "not supported when using", model},
  {message, "is not supported with your", model},

  // error codes, and relays that pass its texts on
  {message, "model_not_found", model},
  {message, "model not found", model},
  {message, "unknown model", model},
  {message, "invalid model", model},
  {message, "unsupported model", model},
  {message, "no such model", model},
  {message, "model*does not exist", model},
  {message, "model*doesn't exist", model},
  {message, "does not have access to model", model},
  {message, "model*has been deprecated", model},
  {message, "model*is deprecated", model},
  {message, "model*discontinued", model},
  {message, "model*retired", model},
  {message, "model*decommissioned", model},
  {message, "model*no longer", model},
  {message, "model*not activated", model}, // Ark
  {message, "has not activated the model", model},
  {message, "model*not enabled", model},
  {message, "model*not available", model},
  {message, "model*unavailable", model},
  {message, "model*not loaded", model},
  {message, "model*not deployed", model},
  {message, "model*not configured", model},
  {message, "model is not supported", model},
  {message, "model not supported", model},
  {message, "model*not found", model, 404},
  {message, "model*not found", model, 400},
  {message, "model*not found", model, 503},
  {message, "not support image generation", model},
  {message, "not support image edit", model},
  {message, "not support images", model},
  {message, "not an image generation model", model},
  {message, "not an image model", model},
  {message, "image generation is not supported", model},
  {message, "image generation is not available", model},
  {message, "image generation*not enabled", model},
  {message, "only image models", model},
  {message, "not support the requested response modalities", model}, // Google
  {message, "模型*不存在", model},
  {message, "不支持*参数", parameter}, // what a model does not take, and not the model
  {message, "模型*不支持", model},
  {message, "不支持*模型", model},
  {message, "模型*未开通", model},
  {message, "模型*未找到", model},
  {message, "模型*不可用", model},
  {message, "模型*下线", model},
  {message, "未知*模型", model},

  // --- Gateways that say that they are full, or have nobody to ask: nothing was drawn ---

  {message, "no healthy upstream", server}, // envoy
  {message, "no_healthy_upstream", server},
  {message, "overload manager", server},
  {message, "no available model provider", server}, // OpenRouter
  {message, "overloaded", server},                  // OpenAI, Google, Anthropic, Moonshot
  {message, "at capacity", server},
  {message, "out of capacity", server},
  {message, "over capacity", server},
  {message, "capacity temporarily exceeded", server}, // Cloudflare Workers AI
  {message, "no capacity", server},
  {message, "capacity exceeded", server},
  {message, "too busy", server},
  {message, "queue is full", server},
  {message, "no server is available", server},            // haproxy/haproxy
  {message, "get a peer from the ring-balancer", server}, // Kong/kong
  {message, "is currently loading", server},              // Hugging Face
  {message, "no instances available", server},
  {message, "no available workers", server},
  {message, "server is busy", server},
  {message, "under maintenance", server},
  {message, "service*maintenance", server},
  {message, "服务繁忙", server},
  {message, "系统繁忙", server},
  {message, "服务器繁忙", server},
  {message, "服务过载", server},
  {message, "维护中", server},
  {message, "无可用账号", server},
};

} // namespace

std::span<const BuiltInFailureWord> model_words()
{
  return k_model;
}

} // namespace limn
