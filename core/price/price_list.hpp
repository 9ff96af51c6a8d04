#pragma once

#include "model/cost.hpp"
#include "price/image_tokens.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// What a model charges. A kind of token without a price costs nothing.
struct ModelPrices {
  // For one token.
  NanoUsd text_in = 0;
  NanoUsd image_in = 0;
  NanoUsd text_out = 0;
  NanoUsd image_out = 0;
  std::optional<NanoUsd> image; // for a whole picture: then tokens cost nothing

  TokenCount token_count = TokenCount::unknown;

  bool operator==(const ModelPrices&) const = default;
};

// By the name of the model.
using PriceList = std::map<std::string, ModelPrices>;

// A built-in row.
struct BuiltInPrices {
  std::string_view model;
  ModelPrices prices;
};

// All of them, each with its public source and its date in a comment.
std::span<const BuiltInPrices> built_in_prices();

// What the model with this id costs: its own line of `own` (limn.yaml), or a built-in one. A line
// for "gpt-image-2" counts for its dated forms and those with a vendor in front, too; a line for
// such a form is closer. Nothing if there is none.
std::optional<ModelPrices> find_prices(const PriceList& own, std::string_view model);

} // namespace limn
