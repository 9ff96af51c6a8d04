#include "failure/failure_words.hpp"

#include "base/ascii.hpp"
#include "failure/failure_word_tables.hpp"

#include <algorithm>

namespace limn {

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
//   Alibaba          help.aliyun.com/en/model-studio/error-code
//   Ark              www.volcengine.com/docs/82379/1299023
//   Tencent          cloud.tencent.com/document/api/1729/101843 (Hunyuan) and 1668/55999 (aiart)
//   Baidu            cloud.baidu.com/doc/qianfan-api/s/Ym9chdsy5
//   Moonshot         platform.moonshot.cn/docs/api/chat
//   fal              fal.ai/docs/model-apis/errors
//   Stability        platform.stability.ai/docs/api-reference
//   Runware, Recraft, Vidu, Venice: the error pages of their documentation
std::array<std::span<const BuiltInFailureWord>, 8> built_in_failure_words()
{
  return {code_words(),   vendor_code_words(), type_words(),  connection_words(),
          answer_words(), account_words(),     model_words(), request_words()};
}

bool contains_words(std::string_view message, std::string_view words)
{
  return contains_lower_words(ascii_lower(message), ascii_lower(words));
}

bool contains_lower_words(std::string_view message, std::string_view words)
{
  bool has_piece = false;
  while (!words.empty()) {
    const auto star = std::min(words.find('*'), words.size());
    const auto piece = words.substr(0, star);
    words.remove_prefix(std::min(star + 1, words.size()));
    if (piece.empty()) {
      continue;
    }
    const auto at = message.find(piece);
    if (at == std::string_view::npos) {
      return false;
    }
    message.remove_prefix(at + piece.size());
    has_piece = true;
  }
  return has_piece;
}

} // namespace limn
