#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"
#include "work/places.hpp"

#include <string>
#include <string_view>

namespace limn {

// What a worker is told of its job: all of it, so that it needs nobody who asked for it.
struct WorkOrder {
  JobText job; // `output` and `directory` are absolute
  Places places;
};

// As it is kept in jobs.db, and back.
std::string to_json(const WorkOrder& order);
Result<WorkOrder> work_order_from(std::string_view json);

// SHA-256, in hexadecimal, of what decides which picture it is and where it goes: of equal orders
// it is equal, however they are said. The bytes of the inputs count, not their names.
// FailureClass::usage if one cannot be read.
Result<std::string> fingerprint_of(const WorkOrder& order);

} // namespace limn
