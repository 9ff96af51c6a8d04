#include "settings/prices.hpp"

#include <array>
#include <utility>

namespace limn {

namespace {

constexpr std::array<std::pair<std::string_view, NanoUsd ModelPrices::*>, 4> k_token_prices{{
  {"text_in", &ModelPrices::text_in},
  {"image_in", &ModelPrices::image_in},
  {"text_out", &ModelPrices::text_out},
  {"image_out", &ModelPrices::image_out},
}};

constexpr std::array<std::string_view, 5> k_names{"text_in", "image_in", "text_out", "image_out",
                                                  "image"};

constexpr NanoUsd k_most = 1000 * k_usd;
constexpr NanoUsd k_million = 1'000'000; // of tokens

Result<NanoUsd> read_token_price(const Value& value)
{
  constexpr std::string_view k_wanted = "US dollars for a million tokens, from 0 to 1000 with at "
                                        "most three decimals, such as 2.50";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  const auto price = parse_usd(text);
  if (!price || *price > k_most || *price % k_million != 0) {
    return value.expected(k_wanted);
  }
  return *price / k_million;
}

Result<NanoUsd> read_image_price(const Value& value)
{
  constexpr std::string_view k_wanted = "US dollars for a picture, from 0 to 1000, such as 0.04";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  const auto price = parse_usd(text);
  if (!price || *price > k_most) {
    return value.expected(k_wanted);
  }
  return *price;
}

Result<ModelPrices> read_prices_of_model(const Value& value, std::string_view model)
{
  auto prices = find_prices({}, model).value_or(ModelPrices());
  bool has_token_price = false;
  LIMN_TRY(read_map(value, "a map, such as {text_in: 5, image_out: 30} or {image: 0.04}", k_names,
                    [&](std::string_view name, const Value& price) -> Done {
                      if (name == "image") {
                        LIMN_TRY_ASSIGN(prices.image, read_image_price(price));
                      }
                      for (const auto& [known, member] : k_token_prices) {
                        if (name == known) {
                          LIMN_TRY_ASSIGN(prices.*member, read_token_price(price));
                          has_token_price = true;
                        }
                      }
                      return {};
                    }));
  if (!prices.image && !has_token_price) {
    return value.failure("no price in it: say text_in, image_in, text_out and image_out, or image");
  }
  if (prices.image && has_token_price) {
    return value.failure("image is the price of a whole picture, and leaves tokens no price");
  }
  return prices;
}

} // namespace

Done read_prices(const Value& value, Settings& settings)
{
  if (value.node->kind != YamlNode::Kind::map) {
    return value.expected("a map from models to their prices, such as {gpt-image-2: {image_out: "
                          "30}} or {flux-x: {image: 0.04}}");
  }
  for (const auto& entry : value.node->entries) {
    const auto line = value.entry(entry);
    LIMN_TRY_ASSIGN(const auto model, read_text({entry.key, entry.key, value.key, value.file},
                                                "a model, such as gpt-image-2"));
    if (line.node->kind != YamlNode::Kind::null) {
      LIMN_TRY_ASSIGN(settings.prices[model], read_prices_of_model(line, model));
      settings.origins[line.key] = line.origin();
    }
  }
  return {};
}

std::string show_prices(const ModelPrices& prices)
{
  if (prices.image) {
    return "{image: " + usd_decimal(*prices.image) + "}";
  }
  std::string text;
  for (const auto& [name, member] : k_token_prices) {
    text += (text.empty() ? "{" : ", ") + std::string(name) + ": "
            + usd_decimal(prices.*member * k_million);
  }
  return text + "}";
}

} // namespace limn
