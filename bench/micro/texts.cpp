#include "micro/texts.hpp"

#include "base/base64.hpp"

#include <random>
#include <utility>
#include <vector>

namespace limn::bench {

Texts texts_of(std::string size, std::size_t image_bytes)
{
  std::mt19937_64 random(1);
  std::vector<std::byte> image(image_bytes);
  for (auto& byte : image) {
    byte = static_cast<std::byte>(random());
  }
  Texts texts{std::move(size), base64_encode(image), "", ""};
  texts.json = R"({"created":1777370000,"background":"opaque","output_format":"png",)"
               R"("data":[{"b64_json":")"
               + texts.base64 + R"("}],"usage":{"input_tokens":16,"output_tokens":196}})";
  texts.sse = "event: image_generation.completed\n"
              R"(data: {"type":"image_generation.completed","b64_json":")"
              + texts.base64 + R"(","usage":{"input_tokens":16,"output_tokens":196}})" + "\n\n";
  return texts;
}

} // namespace limn::bench
