#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;

namespace {

constexpr std::string_view k_refusals[] = {
  // English
  "Input data may contain inappropriate content.",
  "Your prompt was flagged as unsafe.",
  "This prompt contains words that are blocked.",
  "The prompt violates our guidelines.",
  "This request has been blocked by our content filters.",
  "Generated image rejected by content moderation.",
  "NSFW content detected in the image.",
  "The generated images were filtered out because they violated our policies.",
  "The request could not be processed because the input text includes sensitive content.",
  "The request failed because the output image may contain sensitive information.",
  "Your request was flagged by our moderation system.",
  "I cannot create images of real persons: real person detected.",
  "Prompt rejected: prohibited content.",
  "The text prompt contains harmful or offensive language.",
  "Unable to show the generated image. It may violate the usage guidelines.",
  "Output image was moderated.",
  "The content was flagged by a content checker.",
  "Request blocked for safety reasons.",
  "Your input image may contain content that is not allowed by our safety system.",
  "Copyrighted characters cannot be generated.",
  "Sexually explicit material is not allowed.",
  "This violates our Terms of Service and was rejected: violates policies on violence.",
  "Input data is suspected of being involved in IP infringement.",
  "The response was filtered due to the prompt triggering the content management policy.",
  "Guardrail intervened.",
  // Chinese
  "输入内容包含敏感信息",
  "提示词违规，请修改后重试",
  "内容不合规",
  "图片审核未通过",
  "生成的图片涉黄",
  "系统检测到输入或生成内容可能包含不安全或敏感内容",
  "输入文本涉及违禁内容",
  "您的请求触发了内容安全策略",
  "该提示词违反了平台规定",
  "內容違規，請修改提示詞",
  "图像内容存在版权保护风险",
  // Japanese, Korean
  "プロンプトに不適切な内容が含まれています。",
  "コンテンツポリシーに違反しているため、画像を生成できません。",
  "安全システムによりリクエストが拒否されました。",
  "프롬프트에 부적절한 콘텐츠가 포함되어 있습니다.",
  "콘텐츠 정책을 위반하여 요청이 거부되었습니다.",
  // Russian
  "Запрос отклонён системой безопасности.",
  "Запрос нарушает правила использования сервиса.",
  "Промпт не прошёл модерацию.",
  "Обнаружен неприемлемый контент.",
  "Запрещённый контент.",
  // Spanish, Portuguese
  "La solicitud infringe nuestras políticas de uso.",
  "El contenido solicitado es inapropiado.",
  "Bloqueado por motivos de seguridad.",
  "A solicitação viola nossas diretrizes.",
  "Conteúdo impróprio: política de conteúdo.",
  // German
  "Die Anfrage verstößt gegen unsere Inhaltsrichtlinien.",
  "Der Prompt enthält unangemessene Inhalte.",
  "Vom Sicherheitssystem abgelehnt.",
  // French, Italian
  "Votre demande enfreint notre politique d'utilisation.",
  "Contenu inapproprié détecté.",
  "Refusé par notre système de sécurité.",
  "Il prompt contiene contenuti inappropriati.",
};

// Sentences about something else.
struct Other {
  FailureClass expected;
  std::string_view text;
};
constexpr Other k_others[] = {
  {unclear, "Header names are case sensitive."},
  {unclear, "The value is case-sensitive: write png."},
  {unclear, "参数名大小写敏感"},
  {unclear, "The billing policy of the image team forbids this."},
  {unclear, "Your plan's retention policy does not cover images."},
  {unclear, "Illegal base64 data at input byte 4"},
  {unclear, "Illegal argument in the input."},
  {unclear, "The URL of the image is unsafe: only https is taken."},
  {unclear, "Content-Type not understood."},
  {unclear, "Fields must be in order."},
  {unclear, "Something else went wrong."},
  {unclear, "Se distingue entre mayúsculas y minúsculas."},
  {unclear, "Недопустимое значение."},
  {rate_limited, "Rate limit policy: too many requests of images."},
  {parameter, "Unknown parameter: 'safety_tolerance'."},
  {parameter, "Unknown parameter: 'safety_settings'."},
  {parameter, "Unknown parameter: 'moderation'."},
  {parameter, "Unknown parameter: 'nsfw_checker'."},
  {parameter, "Unrecognized key(s) in object: 'enable_safety_checker'"},
  {parameter, "Argument not supported: moderation"},
  {invalid_request, "Invalid value: 'x'. Supported values are: 'auto' and 'low'."},
  {invalid_request, "Invalid value for moderation: 'none'. Supported values are 'low' and 'auto'."},
  {invalid_request, "The prompt is too long."},
  {size, "Illegal size: width must be a multiple of 8."},
  {model, "The model x does not support image generation."},
};

} // namespace

void add_content_rows(Rows& rows)
{
  for (const auto text : k_refusals) {
    for (const int status : {400, 403, 422, 429, 500}) {
      rows.add_error(status, content, text);
    }
  }
  for (const auto& [expected, text] : k_others) {
    rows.add_error(400, expected, text);
  }

  // The reason anywhere in the answer, with a success too
  rows.add(200, content, R"~({"predictions":[{"raiFilteredReason":"Images were filtered out."}]})~")
    .says("Images were filtered out.");
  rows.add(
    200, content,
    R"~({"generatedImages":[{"raiFilteredReason":"Support codes: 39322892"}],"created":1})~");
  rows.add(
    200, content,
    R"~({"raiMediaFilteredCount":1,"raiMediaFilteredReasons":["It violated the guidelines."]})~");
  rows.add(200, content, R"~({"candidates":[{"finishReason":"IMAGE_SAFETY","index":0}]})~");
  rows.add(200, content, R"~({"candidates":[{"finishReason":"PROHIBITED_CONTENT"}],"usage":{}})~");
  rows.add(200, content, R"~({"candidates":[{"content":{},"finishReason":"RECITATION"}]})~");
  rows.add(200, content, R"~({"promptFeedback":{"blockReason":"OTHER"},"usageMetadata":{}})~");
  rows.add(200, content,
           R"~({"choices":[{"finish_reason":"content_filter","message":{"content":null}}]})~");
  rows.add(
    200, content,
    R"~({"choices":[{"finish_reason":"stop","native_finish_reason":"IMAGE_SAFETY","message":{"content":""}}]})~");
  rows.add(200, content, R"~({"stop_reason":"refusal","content":[]})~");
  rows.add(200, content, R"~({"artifacts":[{"base64":"","finishReason":"CONTENT_FILTERED"}]})~");
  rows.add(200, content, R"~({"id":"1","status":"Request Moderated","result":null})~");
  rows.add(200, content, R"~({"id":"1","status":"Content Moderated","result":null})~");
  rows.add(
    200, content,
    R"~({"data":[],"prompt_filter_results":[{"content_filter_results":{"sexual":{"filtered":true,"severity":"high"}}}]})~");
  rows.add(200, content, R"~({"data":[{"url":"","is_nsfw":true}]})~");
  rows.add(200, content, R"~({"has_nsfw_concepts":[true],"images":[]})~");
  rows.add(200, content, R"~({"choices":[],"input_sensitive":true})~");
  rows.add(
    400, content,
    R"~({"error":{"message":"odd words","code":400,"status":"FAILED_PRECONDITION"},"promptFeedback":{"blockReason":"SAFETY"}})~");
  rows.add(
    200, content,
    R"~({"output":{"task_status":"FAILED","code":"DataInspectionFailed","message":"x"},"request_id":"1"})~");
  // These end otherwise
  rows.add(200, server, R"~({"error":{"message":"x"},"candidates":[{"finishReason":"STOP"}]})~");
  rows.add(
    200, server,
    R"~({"error":{"message":"x"},"content_filter_results":{"hate":{"filtered":false}},"blockReason":"BLOCK_REASON_UNSPECIFIED"})~");
}

} // namespace limn::test
