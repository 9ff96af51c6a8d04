#pragma once

#include <limn/sdk.hpp>

namespace limn::openai_images {

// The request that asks for the job's images: a JSON generation, or a multipart edit if the job has
// inputs. Holds exactly what the user asked for, since api.openai.com refuses fields that it does
// not know.
sdk::Request images_request(const sdk::Job& job, const sdk::Gateway& gateway);

} // namespace limn::openai_images
