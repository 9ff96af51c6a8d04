// A list of models holds each id once, and every one of them can be found again.
#include "gateways/models_list.hpp"

#include "oracle.hpp"

#include <algorithm>
#include <set>

using namespace limn;

namespace {

void check_found(const std::vector<std::string>& ids, std::string_view wanted)
{
  if (const auto found = find_model(ids, wanted)) {
    LIMN_EXPECT(std::find(ids.begin(), ids.end(), *found) != ids.end());
    LIMN_EXPECT(found->size() >= wanted.size());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto body = fuzz::text_of(bytes, size);
  const auto ids = read_models_list(body);
  if (!ids) {
    LIMN_EXPECT(!ids.error().message.empty());
    LIMN_EXPECT(fuzz::is_safe_to_show(ids.error().message));
    return 0;
  }
  LIMN_EXPECT(ids->size() <= k_max_models);
  LIMN_EXPECT(std::set(ids->begin(), ids->end()).size() == ids->size());
  for (const auto& id : *ids) {
    LIMN_EXPECT(!id.empty() && id.size() <= k_max_model_id);
    LIMN_EXPECT(find_model(*ids, id) == id);
    check_found(*ids, id.substr(0, id.size() / 2));
  }
  check_found(*ids, "gpt-image-2");

  // The same list in an envelope.
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && body[first] == '[') {
    const auto wrapped = read_models_list("{\"data\":" + std::string(body.substr(first)) + "}");
    LIMN_EXPECT(!wrapped || *wrapped == *ids);
  }
  return 0;
}
