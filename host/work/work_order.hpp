#pragma once

#include "base/redaction.hpp"
#include "base/result.hpp"
#include "job/job_text.hpp"
#include "output/image_file.hpp"
#include "work/places.hpp"

#include <string>
#include <string_view>

namespace limn {

// What a worker is told of its job: all of it, so that it needs nobody who asked for it.
struct WorkOrder {
  JobText job; // `output` and `directory` are absolute
  Places places;
  int previews = 0; // wanted of each image while it is drawn, for those who wait: previews.hpp
  std::filesystem::path inputs_folder; // gone once the job is over (InputStage); empty: none
  int hops = 0; // how many limns it went through to get here; told to gateways that may be another
  ImageDigest digest = ImageDigest::sha256; // none where nobody is told it: it takes a while
};

// The header that tells it.
inline constexpr std::string_view k_hops_header = "x-limn-hops";

// As it is kept in jobs.db, and back.
std::string to_json(const WorkOrder& order);
Result<WorkOrder> work_order_from(std::string_view json);

// An input that is named by its place in the history is this and the word for it, such as "last".
inline constexpr std::string_view k_of_history = "history:";

// Whether a key that limn knows stands in what is to be kept of a job.
bool holds_key(const JobText& job, const Redactor& redactor);

// SHA-256, in hexadecimal, of a job as its caller means it: of equal ones it is equal, however they
// are said. Of inputs that are files the bytes count, and not their names; of those of the history
// the words. FailureClass::usage if one cannot be read.
Result<std::string> fingerprint_of(const JobText& meant);

// The same, where inputs and mask are digests already, SHA-256 in hexadecimal.
std::string fingerprint_with_digests(const JobText& meant);

} // namespace limn
