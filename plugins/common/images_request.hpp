#pragma once

#include <limn/sdk.hpp>

namespace limn::plugins {

// The Images API's own limit of images for one request.
inline constexpr uint32_t k_most_images = 10;

// How the images to work from are handed over. Gateways differ, and say so by a refusal.
enum class FormOfEdit {
  none,     // there are none
  brackets, // fields of a form, each named image[]: what OpenAI documents for several
  repeated, // each named image: what it documents for one, and FastAPI servers know for several
  json,     // data URLs in a list `images`
};

// The first form that the gateway has not refused: a refused one is among the dropped parameters,
// under the name of its field.
FormOfEdit form_of_edit(const sdk::Job& job);

// Throws LIMN_PARAMETER with the field's name if the answer says that the images were not found in
// this form: the job is then asked for again without that field, which is in another form. Nothing
// was drawn.
void throw_if_other_form_is_wanted(const sdk::Host& host, const sdk::Event& event, FormOfEdit form);

// The request that asks for the job's images: a JSON generation, or an edit if the job has
// inputs. Holds exactly what the user asked for, since api.openai.com refuses fields that it does
// not know.
sdk::Request images_request(const sdk::Job& job, const sdk::Gateway& gateway);

} // namespace limn::plugins
