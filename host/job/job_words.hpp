#pragma once

#include "base/failure.hpp"
#include "job/job_text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// How people say what a job has words for, and how the wire has it.

// The same job in the words of the wire: "JPG" is jpeg, "HIGH" is high, "2K 16:9" is 2048x1152.
// What cannot be read stays as it is.
JobText in_plain_words(JobText text);

// Why a word of the wire's is one by mistake only: it is near to one that is known under `name`
// (quality, background, format, moderation). Others are a gateway's own, and nothing is said.
std::optional<Failure> misspelt(std::string_view name, std::string_view word);

// The format that a file of this name is expected to have, "jpeg" for fox.jpg; empty where the name
// does not tell.
std::string_view format_of_name(std::string_view file);

// The names of an option that may be repeated, or hold several: "a,b" is a and b, as in limn.yaml.
// Each once; FailureClass::usage for an empty one.
Result<std::vector<std::string>> read_names(std::string_view name,
                                            const std::vector<std::string>& texts);

} // namespace limn
