#pragma once

#include "base/result.hpp"
#include "base/text_range.hpp"
#include "conformance/answers.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn::conformance {

// A picture in a sample answer.
struct SamplePicture {
  Holding holding = Holding::base64;
  std::string given;             // what a provider hands over: its bytes, or its address
  std::vector<TextRange> places; // where it stands in the body; in their order, at least one
};

// How a gateway answered a job of the plugin's author: the last of the replies brings the picture.
struct SampleAnswer {
  std::string name;           // of the file with the picture
  std::vector<Reply> replies; // to the first request, the second, ...; the last to all that follow
  std::vector<SamplePicture> pictures; // of the last reply: the image, and what else it shows

  const SamplePicture* find(std::string_view given) const;
};

// Reads answers as `curl` saves them: the body, or, where it begins with "HTTP/", what `curl -i`
// prints. An answer without a picture belongs to a job with the next one: accepted, under way,
// done. FailureClass::usage, with what to do, for a file that cannot be read, is empty, refuses,
// holds a picture that is cut or none that the host finds.
Result<std::vector<SampleAnswer>> read_sample_answers(std::span<const std::filesystem::path> files);

// The gateway answers with the sample as it is.
Gatekeeper gatekeeper_of(const SampleAnswer& sample);

// Each picture of the samples as the one that a gateway changes from answer to answer.
std::vector<Shape> shapes_of(const std::vector<SampleAnswer>& samples);

// Whether the text is one of server-sent events.
bool is_event_stream(std::string_view text);

} // namespace limn::conformance
