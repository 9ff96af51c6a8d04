#pragma once

#include "model/cost.hpp"
#include "model/image.hpp"
#include "model/job.hpp"
#include "price/price_list.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// Beforehand: what a job costs on a gateway where the model has this id. For each of its
// `job.count` images, the image, the prompt, the inputs and the previews (Job::partial_images).
//
// estimate  of a size and a quality that are named
// bound     where quality or size is left to the gateway ("auto" or empty)
// unknown   for a model without a price, or whose tokens nobody can count beforehand
//
// Never Basis::usage. For another size than the job's (fallback.sizes), give a job with that one.
Cost estimated_cost(const PriceList& own, std::string_view model, const Job& job);

// What is known of one attempt, once it has ended.
struct Receipt {
  std::span<const SavedImage> images; // that came
  Usage usage;                        // as the gateway says
  std::string quality;                // that was drawn, as the gateway says; empty: the job's
  std::optional<NanoUsd> told;        // that it charged, as it says itself; 0 says nothing
  int previews = 0;                   // that came
  bool may_have_cost = false;         // Attempt::may_have_cost
  bool has_failed = false;            // what did not come may have been drawn all the same
};

// Afterwards: what an attempt has cost that asked for `job` (its own size and count) by this id of
// the model. The first of these that holds:
//
// usage     nothing was drawn; or the gateway says what it charged; or each picture has a price and
//           all of them came; or the gateway counted the tokens of the image
// estimate  by the sizes that came, and by the job's for an image that may have been charged and
//           did not come
// bound     the same with a quality (or size) that was left to the gateway and that it did not tell
// unknown   as for estimated_cost
Cost attempt_cost(const PriceList& own, std::string_view model, const Job& job,
                  const Receipt& receipt);

// How many images of this size and quality the tokens are that the gateway counted for what came
// out, `previews` not counted; 0 where it does not say, or where nobody can tell.
std::size_t counted_images(std::string_view model, Size size, std::string_view quality,
                           const Usage& usage, int previews);

} // namespace limn
