#pragma once

#include "base/result.hpp"
#include "http_server/form_reader.hpp"

#include <string>
#include <string_view>

namespace limn {

// The boundary that a Content-Type of multipart/form-data tells. FailureClass::invalid_request, in
// a sentence, if it is another type or has none that RFC 2046 allows.
Result<std::string> form_boundary(std::string_view content_type);

inline tl::unexpected<Failure> refuse_form(std::string message)
{
  return fail(FailureClass::invalid_request, std::move(message));
}

// What the lines above a part say, up to and with the empty one. FailureClass::invalid_request, in
// a sentence, where a line is no header or the part has no name.
Result<PartHead> read_part_head(std::string_view lines);

} // namespace limn
