#pragma once

#include "base/result.hpp"
#include "model/gateway_terms.hpp"
#include "model/limits.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// No gateway lists more models, and no model has a longer name: what goes past is left out.
inline constexpr std::size_t k_max_models = 100'000;
inline constexpr std::size_t k_max_model_id = 256;

// The ids in the body of a `GET /models`, in its order, each once, without a "models/" in front;
// perhaps none. Understands every shape that is known: a list at the top, under `data`, `models`,
// `result` or `data.data`; of strings or of objects with `id`, `model`, `slug` or `name`. Fails as
// `classify` says for an error or a web page, with FailureClass::server for more than `max_depth`
// levels, and with FailureClass::endpoint where there is no
// list. `terms` may say where list and ids are; then they are nowhere else.
Result<std::vector<std::string>> read_models_list(std::string_view body,
                                                  int max_depth = Limits().max_json_depth,
                                                  const GatewayTerms& terms = {});

// Whether a model draws by the look of its id: a list says nothing of that.
bool draws_by_its_name(std::string_view id);

struct LikelyModels {
  std::vector<std::string> ids;
  std::size_t near = 0; // so many of them, the first, are spelled nearly like what was wanted
};

// Those of `listed` that a user who wanted other ones may have meant, `most` at the most: the ones
// that are spelled nearly like one of `wanted`, the nearest first, three for each, then those that
// draw by the look of their names; where there are neither, the first ones.
LikelyModels likely_models(std::span<const std::string> listed, std::span<const std::string> wanted,
                           std::size_t most);

// Which of `listed` is the model that the user calls `wanted`, spelled as listed: itself, else its
// newest dated form
// ("-YYYY-MM-DD" behind it), else one of these with a vendor in front ("openai/..."), else all of
// that without regard to ASCII case. Never a relative with a longer name, such as "-mini".
std::optional<std::string> find_model(std::span<const std::string> listed, std::string_view wanted);

} // namespace limn
