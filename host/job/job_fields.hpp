#pragma once

#include "base/json_writer.hpp"
#include "job/job_text.hpp"

#include <rapidjson/fwd.h>

#include <span>
#include <string_view>

namespace limn {

// A job as JSON: the members of an object, in a line of a batch, in what an agent asks for, and in
// what is kept of it. The names are those of the options of `limn generate`.

// Their names, in their order.
std::span<const std::string_view> job_field_names();

// Puts the value of that member, which has to be one of the names. Returns what belongs there,
// "a text", or nothing if that is what stands there.
std::string_view read_job_field(JobText& job, std::string_view name, const rapidjson::Value& value);

// What may stand there, as JSON Schema (2020-12), with a description for who reads it.
std::string_view job_field_schema(std::string_view name);

// Writes the members that were said.
void write_job_fields(JsonWriter& json, const JobText& job);

} // namespace limn
