#pragma once

#include "base/result.hpp"
#include "serve/edit_inputs.hpp"

#include <rapidjson/fwd.h>

#include <string_view>

namespace limn {

// The body of POST /v1/images/edits where it is JSON: `call` gets what is asked for, and the
// pictures. Failures as read_images_request has them.
Done read_edits_request(std::string_view json, EditInputs& inputs, ImageCall& call);

// A picture of it, or several: a data: URL, an object with one as its "image_url", a list of these.
Done read_pictures(const rapidjson::Value& value, EditInputs::Role role, std::string_view name,
                   EditInputs& inputs);

// Once all is read.
Done check_edit(const ImageCall& call);

} // namespace limn
