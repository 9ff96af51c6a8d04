#include "price/picture_cost.hpp"

#include <algorithm>
#include <cstdlib>

namespace limn {

namespace {

using Basis = Cost::Basis;

// A count above it is a gateway's mistake.
constexpr std::int64_t k_most_tokens = 100'000'000;

// Roughly: four bytes of English make a token, and every prompt has a few tokens around it.
std::int64_t prompt_tokens(const Job& job)
{
  return static_cast<std::int64_t>(job.prompt.size() + 3) / 4 + 6;
}

// No text has more tokens than bytes.
std::int64_t most_prompt_tokens(const Job& job)
{
  return static_cast<std::int64_t>(job.prompt.size()) + 6;
}

std::int64_t input_image_tokens(const ModelPrices& prices, const Job& job)
{
  std::int64_t tokens = 0;
  for (const auto& input : job.inputs) {
    tokens += input_tokens(prices.token_count, input.size);
  }
  return tokens;
}

Cost cost_of_one(const ModelPrices& prices, const Job& job, std::string_view size,
                 std::string_view quality)
{
  if (prices.image) {
    return {Basis::estimate, *prices.image};
  }
  const auto drawn = drawn_tokens(prices.token_count, size, quality);
  if (!drawn) {
    return {Basis::unknown, 0};
  }
  const bool is_bound = is_left_open(size) || is_left_open(quality);
  const auto words = is_bound ? most_prompt_tokens(job) : prompt_tokens(job);
  return {is_bound ? Basis::bound : Basis::estimate,
          *drawn * prices.image_out + words * prices.text_in
            + input_image_tokens(prices, job) * prices.image_in};
}

// Where it is drawn by tokens; a picture with a price of its own has no previews to pay for.
Cost cost_of_previews(const ModelPrices& prices, std::int64_t count)
{
  return {Basis::usage, prices.image ? 0 : count * k_preview_tokens * prices.image_out};
}

Cost times(Cost cost, std::int64_t count)
{
  cost.amount *= count;
  return cost;
}

// Some gateways fill in zeros where they have nothing to say.
bool tells_image(const Usage& usage)
{
  const auto is_sane = [](std::int64_t count) { return count <= k_most_tokens; };
  return usage.output_image_tokens > 0 && is_sane(usage.output_image_tokens)
         && is_sane(usage.output_text_tokens) && is_sane(usage.input_image_tokens)
         && is_sane(usage.input_text_tokens);
}

Cost cost_of_usage(const ModelPrices& prices, const Job& job, Usage usage)
{
  Cost cost;
  // One of the two without the other is all there was.
  if (usage.input_text_tokens < 0 && usage.input_image_tokens < 0) {
    cost.basis = Basis::estimate;
    usage.input_text_tokens = prompt_tokens(job);
    usage.input_image_tokens = input_image_tokens(prices, job);
  }
  const auto add = [&cost](std::int64_t count, NanoUsd price) {
    cost.amount += std::max<std::int64_t>(count, 0) * price;
  };
  add(usage.input_text_tokens, prices.text_in);
  add(usage.input_image_tokens, prices.image_in);
  add(usage.output_text_tokens, prices.text_out);
  add(usage.output_image_tokens, prices.image_out);
  return cost;
}

// As told where that is a quality whose tokens can be counted, else as asked.
std::string_view drawn_quality(const ModelPrices& prices, const Job& job, const Receipt& receipt)
{
  const bool is_countable = !is_left_open(receipt.quality)
                            && drawn_tokens(prices.token_count, "1024x1024", receipt.quality);
  return is_countable ? std::string_view(receipt.quality) : std::string_view(job.quality);
}

} // namespace

Cost estimated_cost(const PriceList& own, std::string_view model, const Job& job)
{
  const auto prices = find_prices(own, model);
  if (!prices) {
    return {Basis::unknown, 0};
  }
  auto cost = cost_of_one(*prices, job, job.size, job.quality);
  if (cost.basis != Basis::unknown) {
    cost += cost_of_previews(*prices, job.partial_images);
  }
  return times(cost, job.count);
}

Cost attempt_cost(const PriceList& own, std::string_view model, const Job& job,
                  const Receipt& receipt)
{
  const auto arrived = static_cast<std::int64_t>(receipt.images.size());
  if (arrived == 0 && !receipt.may_have_cost) {
    return {};
  }
  if (receipt.told.value_or(0) > 0) {
    return {Basis::usage, *receipt.told};
  }
  const auto prices = find_prices(own, model);
  if (!prices) {
    return {Basis::unknown, 0};
  }
  const auto lost =
    receipt.has_failed ? std::max<std::int64_t>(0, job.count - arrived) : std::int64_t{0};
  if (prices->image) {
    return {lost == 0 ? Basis::usage : Basis::estimate, *prices->image * (arrived + lost)};
  }
  if (tells_image(receipt.usage)) {
    return cost_of_usage(*prices, job, receipt.usage);
  }
  const auto quality = drawn_quality(*prices, job, receipt);
  auto cost = lost > 0 ? times(cost_of_one(*prices, job, job.size, quality), lost) : Cost();
  for (const auto& image : receipt.images) {
    // Formats without a size of their own are drawn as asked.
    cost +=
      cost_of_one(*prices, job, image.size.width > 0 ? to_string(image.size) : job.size, quality);
  }
  // Of an image that did not come all may have been drawn.
  cost +=
    cost_of_previews(*prices, std::max<std::int64_t>(receipt.previews, lost * job.partial_images));
  return cost;
}

std::size_t counted_images(std::string_view model, Size size, std::string_view quality,
                           const Usage& usage, int previews)
{
  const auto prices = find_prices({}, model);
  if (!prices || is_left_open(quality) || size.width <= 0 || !tells_image(usage)) {
    return 0;
  }
  const auto one = drawn_tokens(prices->token_count, to_string(size), quality).value_or(0);
  const auto tokens = usage.output_image_tokens - previews * k_preview_tokens;
  if (one <= 0 || tokens <= 0) {
    return 0;
  }
  const auto count = (tokens + one / 2) / one;
  // Far from a multiple they are counted otherwise.
  return std::abs(tokens - count * one) * 20 <= one ? static_cast<std::size_t>(count) : 0;
}

} // namespace limn
