#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"
#include "serve/caller.hpp"

#include <rapidjson/fwd.h>

#include <string>
#include <string_view>
#include <vector>

namespace limn {

enum class Delivery { whole, stream };
enum class PictureText { base64, address };

// What a client asks for, whichever way.
struct ImagesRequest {
  JobText job;                      // with the model as the client names it
  std::vector<std::string> dropped; // parameters that change nothing, in their order
  Delivery delivery = Delivery::whole;
  PictureText text = PictureText::base64;
  int previews = 0; // of each picture, while it is drawn
};

// The body of POST /v1/images/generations. FailureClass::usage for what makes no sense or is not
// done here, with `param` and the code that clients know; as all of these have it.
Result<ImagesRequest> read_images_request(std::string_view json);

// The object that a body is.
Result<rapidjson::Document> parse_body(std::string_view json);

// A parameter of it. A value of null says nothing.
Done read_parameter(std::string_view name, const rapidjson::Value& value, ImagesRequest& request);

// The same of a form, in which all values are texts.
Done read_form_field(std::string_view name, std::string_view text, ImagesRequest& request);

// That they go together, once all are read.
Done check_parameters(const ImagesRequest& request);

// For other bodies: what is wrong with a parameter.
Failure wrong_parameter(std::string_view name, std::string_view code, std::string message,
                        std::string hint = {});

// What a server and a key refuse besides: FailureClass::usage for parameters that change nothing,
// where the settings are strict, model for one that this caller may not ask for. Of one who may not
// ask for all, `models` are those that are meant where none is named.
Done hold_to(const ServeSettings& settings, const ImagesRequest& request);
Done hold_to(const Caller& caller, const std::vector<std::string>& models, JobText& job);

// The model that a name stands for: itself; empty, the configured one, for those that clients name
// by default although nobody has them any more. `configured`: the models that would be asked for
// anyway.
std::string model_meant(std::string_view name, const std::vector<std::string>& configured);

// The value of an Idempotency-Key, as a quoted string of structured fields or bare.
// FailureClass::usage for what is none.
Result<std::string> read_idempotency_key(std::string_view header);

} // namespace limn
