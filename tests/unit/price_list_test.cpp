#include "price/model_id.hpp"
#include "price/price_list.hpp"

#include <doctest/doctest.h>

using namespace limn;

TEST_CASE("a model is found in the price list under each of its forms, and no other model is")
{
  struct Row {
    std::string_view model;
    NanoUsd image_out; // for a token; -1: not in the list
  };
  const Row rows[] = {
    {"gpt-image-2", 30'000},
    {"gpt-image-2-2026-04-21", 30'000},
    {"openai/gpt-image-2", 30'000},
    {"azure/openai/gpt-image-2-2026-04-21", 30'000},
    {"GPT-Image-2", 30'000},
    {"gpt-image-2.5-flare-2026-09-08", 30'000},
    {"gpt-image-2.6-sunburst", 30'000},
    {"gpt-image-1.5-2025-12-16", 32'000},
    {"gpt-image-1-mini", 8'000},
    {"gpt-image-1", 40'000},
    {"gpt-image-2-mini", -1},
    {"gpt-image", -1},
    {"my-gpt-image-2", -1},
    {"flux-x", -1},
    {"", -1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.model);
    const auto prices = find_prices({}, row.model);
    CHECK((prices ? prices->image_out : -1) == row.image_out);
  }
}

TEST_CASE("the built-in prices are those that were published")
{
  struct Row {
    std::string_view model;
    ModelPrices prices;
  };
  using enum TokenCount;
  const Row rows[] = {
    {"gpt-image-2", {5'000, 8'000, 10'000, 30'000, {}, gpt_image_2}},
    {"gpt-image-2.5-flare", {5'000, 8'000, 10'000, 30'000, {}, unknown}},
    {"gpt-image-1.5", {5'000, 8'000, 10'000, 32'000, {}, gpt_image_1}},
    {"gpt-image-1-mini", {2'000, 2'500, 0, 8'000, {}, gpt_image_1}},
    {"gpt-image-1", {5'000, 10'000, 0, 40'000, {}, gpt_image_1}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.model);
    CHECK(find_prices({}, row.model) == row.prices);
  }
}

TEST_CASE("the user's own prices win, the closest name first")
{
  ModelPrices one;
  one.image_out = 1;
  ModelPrices two;
  two.image_out = 2;
  ModelPrices three;
  three.image = 3;
  const PriceList own{
    {"gpt-image-2", one}, {"gpt-image-2-2026-04-21", two}, {"relay/gpt-image-2", three}};
  CHECK(find_prices(own, "gpt-image-2") == one);
  CHECK(find_prices(own, "gpt-image-2-2026-09-09") == one);
  CHECK(find_prices(own, "gpt-image-2-2026-04-21") == two);
  CHECK(find_prices(own, "openai/gpt-image-2-2026-04-21") == two);
  CHECK(find_prices(own, "relay/gpt-image-2") == three);
  CHECK(find_prices(own, "relay/gpt-image-2-2026-04-21") == three);
  CHECK(find_prices(own, "gpt-image-1")->image_out == 40'000);
}
