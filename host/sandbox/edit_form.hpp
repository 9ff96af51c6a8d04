#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/request.hpp"

#include <rapidjson/document.h>

#include <variant>

namespace limn::sandbox {

// The multipart form of a request to /images/edits, as the JSON object that it amounts to. Files
// are checked and left out. Or the refusal: a 400 with the body that the real one sends.
std::variant<rapidjson::Document, Answer> edit_form_as_json(const Request& request);

} // namespace limn::sandbox
