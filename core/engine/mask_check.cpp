#include "engine/mask_check.hpp"

#include "price/model_id.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

Done check_mask_parts(std::span<const Input> inputs, const std::vector<std::string>& models)
{
  const auto mask = std::ranges::find(inputs, Input::Role::mask, &Input::role);
  const bool takes_transparency =
    !models.empty() && std::ranges::all_of(models, [](const std::string& model) {
      return is_of_family(model, "gpt-image");
    });
  if (mask == inputs.end() || mask->bytes == 0 || mask->has_transparency || !takes_transparency) {
    return {};
  }
  return fail(
    FailureClass::usage, fmt::format("the mask {} has no transparent parts", mask->origin),
    fmt::format("{} draws where they are: save it as PNG with an alpha channel", models.front()));
}

} // namespace limn
