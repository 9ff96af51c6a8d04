#include "price/picture_cost.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace limn;
using Basis = Cost::Basis;

namespace {

constexpr NanoUsd k_words = 10 * 5'000; // of a prompt of 16 bytes: 4 tokens and 6 around them
constexpr NanoUsd k_most_words = 22 * 5'000;
constexpr NanoUsd k_low = 196 * 30'000;
constexpr NanoUsd k_medium = 1756 * 30'000;
constexpr NanoUsd k_high = 7024 * 30'000;

Job job_of(std::string size, std::string quality, int count = 1)
{
  Job job;
  job.prompt = "a fox in the sno";
  job.size = std::move(size);
  job.quality = std::move(quality);
  job.count = count;
  return job;
}

PriceList own_prices()
{
  ModelPrices relay;
  relay.image = 40'000'000;
  ModelPrices tokens;
  tokens.image_out = 7'000;
  return {{"flux-x", relay}, {"draws-by-token", tokens}};
}

SavedImage image_of(int width, int height)
{
  SavedImage image;
  image.size = {width, height};
  return image;
}

} // namespace

TEST_CASE("beforehand, a cost is an estimate, a bound or unknown, and never more than that")
{
  auto edit = job_of("1024x1024", "low");
  edit.inputs.resize(2);
  const auto with_previews = [](Job job, int previews) {
    job.partial_images = previews;
    return job;
  };
  constexpr NanoUsd preview = 100 * 30'000;
  struct Row {
    std::string_view what;
    std::string_view model;
    Job job;
    Cost cost;
  };
  const Row rows[] = {
    {"all is named",
     "gpt-image-2",
     job_of("1024x1024", "medium"),
     {Basis::estimate, k_medium + k_words}},
    {"as listed",
     "openai/gpt-image-2-2026-04-21",
     job_of("1024x1024", "low"),
     {Basis::estimate, k_low + k_words}},
    {"several",
     "gpt-image-2",
     job_of("1024x1024", "low", 3),
     {Basis::estimate, 3 * (k_low + k_words)}},
    {"from images", "gpt-image-2", edit, {Basis::estimate, k_low + k_words + 2 * 1536 * 8'000}},
    {"with previews",
     "gpt-image-2",
     with_previews(job_of("1024x1024", "medium"), 3),
     {Basis::estimate, k_medium + k_words + 3 * preview}},
    {"several with previews",
     "gpt-image-2",
     with_previews(job_of("1024x1024", "low", 4), 1),
     {Basis::estimate, 4 * (k_low + k_words + preview)}},
    {"previews, and no quality",
     "gpt-image-2",
     with_previews(job_of("1024x1024", ""), 2),
     {Basis::bound, k_high + k_most_words + 2 * preview}},
    {"previews of a cheaper model",
     "gpt-image-1-mini",
     with_previews(job_of("1024x1536", "high"), 2),
     {Basis::estimate, (6240 + 200) * 8'000 + 10 * 2'000}},
    {"previews at a price for a picture",
     "flux-x",
     with_previews(job_of("auto", "", 3), 3),
     {Basis::estimate, 120'000'000}},
    {"previews of who knows what",
     "sd-turbo",
     with_previews(job_of("1024x1024", "low"), 3),
     {Basis::unknown, 0}},
    {"no quality", "gpt-image-2", job_of("1024x1024", ""), {Basis::bound, k_high + k_most_words}},
    {"any quality",
     "gpt-image-2",
     job_of("1024x1024", "auto", 2),
     {Basis::bound, 2 * (k_high + k_most_words)}},
    {"any size", "gpt-image-2", job_of("auto", "low"), {Basis::bound, 397 * 30'000 + k_most_words}},
    {"an older model",
     "gpt-image-1-mini",
     job_of("1024x1536", "high"),
     {Basis::estimate, 6240 * 8'000 + 10 * 2'000}},
    {"a size it does not draw",
     "gpt-image-1-mini",
     job_of("2048x1024", "high"),
     {Basis::unknown, 0}},
    {"another quality", "gpt-image-2", job_of("1024x1024", "xhigh"), {Basis::unknown, 0}},
    {"counts unpublished", "gpt-image-2.5-flare", job_of("1024x1024", "low"), {Basis::unknown, 0}},
    {"no such model", "sd-turbo", job_of("1024x1024", "low"), {Basis::unknown, 0}},
    {"a price for a picture", "flux-x", job_of("auto", "", 3), {Basis::estimate, 120'000'000}},
    {"a price for tokens", "draws-by-token", job_of("1024x1024", "low"), {Basis::unknown, 0}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(estimated_cost(own_prices(), row.model, row.job) == row.cost);
  }
}

TEST_CASE("afterwards, what the gateway counted decides, then what came, then what was asked for")
{
  const std::vector<SavedImage> none;
  const std::vector<SavedImage> square{image_of(1024, 1024)};
  const std::vector<SavedImage> wide{image_of(1536, 1024)};
  const std::vector<SavedImage> two{image_of(1024, 1024), image_of(1536, 1024)};
  const std::vector<SavedImage> drawing{image_of(0, 0)};
  const Usage counted{16, 0, 0, 196, 212};
  const Usage with_inputs{20, 1000, 3, 1756, 2779};
  const Usage output_only{-1, -1, -1, 196, 212};
  const Usage of_the_chat_model{50, -1, 20, -1, 70};
  const Usage zeros{0, 0, 0, 0, 0};
  const Usage absurd{16, 0, 0, 9'000'000'000'000'000'000, 0};
  const auto medium = job_of("1024x1024", "medium");
  auto medium_with_two = medium;
  medium_with_two.partial_images = 2;
  struct Row {
    std::string_view what;
    std::string_view model;
    Job job;
    Receipt receipt;
    Cost cost;
  };
  const Row rows[] = {
    {"refused", "gpt-image-2", medium, {none, {}, "", {}, 0, false, true}, {Basis::usage, 0}},
    {"refused by who knows", "x", medium, {none, {}, "", {}, 0, false, true}, {Basis::usage, 0}},

    {"counted",
     "gpt-image-2",
     medium,
     {square, counted, "low", {}, 0, true},
     {Basis::usage, 16 * 5'000 + k_low}},
    {"counted, from images",
     "gpt-image-2",
     medium,
     {square, with_inputs, "", {}, 0, true},
     {Basis::usage, 20 * 5'000 + 1000 * 8'000 + 3 * 10'000 + k_medium}},
    {"counted, of a model without counts",
     "gpt-image-2.5-flare",
     medium,
     {square, counted, "", {}, 0, true},
     {Basis::usage, 16 * 5'000 + k_low}},
    {"counted by a price of limn.yaml",
     "draws-by-token",
     medium,
     {square, counted, "", {}, 0, true},
     {Basis::usage, 196 * 7'000}},
    {"counted but for what went in",
     "gpt-image-2",
     medium,
     {square, output_only, "", {}, 0, true},
     {Basis::estimate, k_words + k_low}},
    {"counted with previews",
     "gpt-image-2",
     medium,
     {square, counted, "", {}, 2, true},
     {Basis::usage, 16 * 5'000 + k_low}},
    {"counted, but lost",
     "gpt-image-2",
     medium,
     {none, counted, "", {}, 0, true, true},
     {Basis::usage, 16 * 5'000 + k_low}},
    {"counted, with no price",
     "sd-turbo",
     medium,
     {square, counted, "", {}, 0, true},
     {Basis::unknown, 0}},

    {"the chat model was counted",
     "gpt-image-2",
     medium,
     {square, of_the_chat_model, "", {}, 0, true},
     {Basis::estimate, k_medium + k_words}},
    {"filled with zeros",
     "gpt-image-2",
     medium,
     {square, zeros, "", {}, 0, true},
     {Basis::estimate, k_medium + k_words}},
    {"an absurd count",
     "gpt-image-2",
     medium,
     {square, absurd, "", {}, 0, true},
     {Basis::estimate, k_medium + k_words}},
    {"another size came",
     "gpt-image-2",
     medium,
     {wide, {}, "", {}, 0, true},
     {Basis::estimate, 1372 * 30'000 + k_words}},
    {"another quality came",
     "gpt-image-2",
     medium,
     {square, {}, "low", {}, 0, true},
     {Basis::estimate, k_low + k_words}},
    {"it told a quality of its own",
     "gpt-image-2",
     medium,
     {square, {}, "standard", {}, 0, true},
     {Basis::estimate, k_medium + k_words}},
    {"it told what was left open",
     "gpt-image-2",
     job_of("auto", "auto"),
     {square, {}, "low", {}, 0, true},
     {Basis::estimate, k_low + k_words}},
    {"it did not",
     "gpt-image-2",
     job_of("auto", "auto"),
     {square, {}, "auto", {}, 0, true},
     {Basis::bound, k_high + k_most_words}},
    {"with previews",
     "gpt-image-2",
     medium,
     {square, {}, "", {}, 3, true},
     {Basis::estimate, k_medium + k_words + 300 * 30'000}},
    {"a format without a size",
     "gpt-image-2",
     medium,
     {drawing, {}, "", {}, 0, true},
     {Basis::estimate, k_medium + k_words}},
    {"two of two",
     "gpt-image-2",
     job_of("1024x1024", "low", 2),
     {two, {}, "", {}, 0, true},
     {Basis::estimate, k_low + 158 * 30'000 + 2 * k_words}},
    {"fewer than asked for",
     "gpt-image-2",
     job_of("1024x1024", "low", 5),
     {two, {}, "", {}, 0, true},
     {Basis::estimate, k_low + 158 * 30'000 + 2 * k_words}},

    {"one lost behind its first preview",
     "gpt-image-2",
     medium_with_two,
     {none, {}, "", {}, 1, true, true},
     {Basis::estimate, k_medium + k_words + 200 * 30'000}},
    {"one came without its previews",
     "gpt-image-2",
     medium_with_two,
     {square, {}, "", {}, 0, true},
     {Basis::estimate, k_medium + k_words}},
    {"one lost",
     "gpt-image-2",
     medium,
     {none, {}, "", {}, 0, true, true},
     {Basis::estimate, k_medium + k_words}},
    {"one lost of unknown quality",
     "gpt-image-2",
     job_of("1024x1024", ""),
     {none, {}, "", {}, 0, true, true},
     {Basis::bound, k_high + k_most_words}},
    {"two came and one was lost",
     "gpt-image-2",
     job_of("1024x1024", "low", 3),
     {two, {}, "", {}, 0, true, true},
     {Basis::estimate, 2 * k_low + 158 * 30'000 + 3 * k_words}},
    {"lost by who knows",
     "sd-turbo",
     medium,
     {none, {}, "", {}, 0, true, true},
     {Basis::unknown, 0}},

    {"a price for a picture",
     "flux-x",
     job_of("auto", "", 2),
     {two, {}, "", {}, 2, true},
     {Basis::usage, 80'000'000}},
    {"the same, one lost",
     "flux-x",
     job_of("auto", "", 3),
     {two, {}, "", {}, 0, true, true},
     {Basis::estimate, 120'000'000}},

    {"it says what it charged",
     "sd-turbo",
     medium,
     {square, counted, "", 40'000'000, 0, true},
     {Basis::usage, 40'000'000}},
    {"it says zero",
     "gpt-image-2",
     medium,
     {square, {}, "low", 0, 0, true},
     {Basis::estimate, k_low + k_words}},
    {"it says what it charged for nothing",
     "gpt-image-2",
     medium,
     {none, {}, "", 1'000'000, 0, true, true},
     {Basis::usage, 1'000'000}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(attempt_cost(own_prices(), row.model, row.job, row.receipt) == row.cost);
  }
}
