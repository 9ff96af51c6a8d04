#pragma once

#include <array>
#include <string_view>

namespace limn::plugins::detail {

// Members that are an image, or hold nothing but images: the bytes before their address.
inline constexpr std::array<std::string_view, 7> k_plain_names{
  "b64_json", "base64", "url", "image_url", "image", "data", "result"};

// The same under the names of vendors whose answers relays pass on as they are. What stands there
// is taken if it looks like an image: base64 or an address.
inline constexpr std::array<std::string_view, 44> k_image_names{
  "b64_json",           // OpenAI
  "base64",             // Stability v1: artifacts[]
  "b64",                //
  "b64_image",          // Baidu
  "image_b64",          //
  "image_base64",       // MiniMax: data.image_base64[]
  "imageBase64",        //
  "bytesBase64Encoded", // Vertex: predictions[]
  "imageBytes",         // Gemini: generatedImages[].image
  "binary_data_base64", // Volcengine Visual: data.binary_data_base64[]
  "ResultImage",        // Tencent Hunyuan
  "url",                //
  "image_url",          //
  "imageUrl",           // Midjourney proxies
  "image_urls",         // MiniMax, Volcengine Visual: data.image_urls[]
  "imageUrls",          //
  "ImageUrls",          // Tencent
  "img_url",            // Baidu
  "urls",               //
  "resultUrls",         // kie.ai
  "result_urls",        //
  "resultUrl",          //
  "result_url",         //
  "resultImageUrl",     // kie.ai
  "sample",             // Black Forest Labs: result.sample
  "image",              // Stability v2, Cloudflare, DashScope
  "images",             // A1111, SiliconFlow, fal
  "image_list",         //
  "output_images",      // ModelScope
  "image_result",       // Z.ai
  "generated_images",   // Leonardo
  "generatedImages",    // Gemini
  "artifacts",          // Stability v1
  "predictions",        // Vertex
  "results",            // DashScope: output.results[]
  "final_image_list",   // Baidu
  "sub_task_result_list",
  "outputs",   // WaveSpeed
  "content",   // Ark: content.image_url
  "creations", // Vidu
  "files",     //
  "media",     //
  "file_url",  //
  "download_url"};

// Objects, lists or JSON texts around an answer of one of these forms.
inline constexpr std::array<std::string_view, 16> k_wrapper_names{
  "data",           "output",
  "result",         "response",
  "Response",       "task_result",
  "taskResult",     "task",
  "body",           "payload",
  "resultJson",     "result_json",
  "generation",     "generations_by_pk",
  "resultInfoJson", "outputs"};

} // namespace limn::plugins::detail
