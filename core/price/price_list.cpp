#include "price/price_list.hpp"

#include "price/model_id.hpp"

namespace limn {

namespace {

// US dollars for a million tokens, in thousandths of a dollar: billionths for one token.
constexpr NanoUsd dollars(NanoUsd whole, NanoUsd thousandths = 0)
{
  return whole * 1000 + thousandths;
}

using enum TokenCount;

// As of 2026-11-22. Standard prices: the Batch API takes half, and cached input is cheaper within
// the Responses API only. Where they come from:
//   pricing page   developers.openai.com/api/docs/pricing
//   image guide    developers.openai.com/api/docs/guides/image-generation
//   litellm        BerriAI/litellm#31142, for text that gpt-image-2 puts out
//
//                                 text in        image in       text out     image out
constexpr BuiltInPrices k_prices[] = {
  // pricing page, litellm
  {"gpt-image-2", {dollars(5), dollars(8), dollars(10), dollars(30), {}, gpt_image_2}},

  // image guide: the same prices for a token, but other counts, which nobody has published
  {"gpt-image-2.5-flare", {dollars(5), dollars(8), dollars(10), dollars(30), {}, unknown}},
  {"gpt-image-2.5-sunburst", {dollars(5), dollars(8), dollars(10), dollars(30), {}, unknown}},
  {"gpt-image-2.6-flare", {dollars(5), dollars(8), dollars(10), dollars(30), {}, unknown}},
  {"gpt-image-2.6-sunburst", {dollars(5), dollars(8), dollars(10), dollars(30), {}, unknown}},

  // pricing page
  {"gpt-image-1.5", {dollars(5), dollars(8), dollars(10), dollars(32), {}, gpt_image_1}},
  {"gpt-image-1-mini", {dollars(2), dollars(2, 500), 0, dollars(8), {}, gpt_image_1}},
  // the same; shut down in October 2026, gateways still name others so
  {"gpt-image-1", {dollars(5), dollars(10), 0, dollars(40), {}, gpt_image_1}},
};

// The row whose name comes closest to `model`; null if none is the same model.
template <typename Rows, typename NameOf>
auto closest(const Rows& rows, std::string_view model, NameOf name_of) -> decltype(&*rows.begin())
{
  decltype(&*rows.begin()) best = nullptr;
  ModelForm best_form;
  for (const auto& row : rows) {
    const auto form = form_of_model(model, name_of(row), LetterCase::ignored);
    if (form && (best == nullptr || is_closer(*form, best_form))) {
      best = &row;
      best_form = *form;
    }
  }
  return best;
}

} // namespace

std::span<const BuiltInPrices> built_in_prices()
{
  return k_prices;
}

std::optional<ModelPrices> find_prices(const PriceList& own, std::string_view model)
{
  if (const auto* row = closest(
        own, model, [](const auto& one) -> const auto& { return one.first; })) {
    return row->second;
  }
  if (const auto* row =
        closest(built_in_prices(), model, [](const BuiltInPrices& one) { return one.model; })) {
    return row->prices;
  }
  return std::nullopt;
}

} // namespace limn
