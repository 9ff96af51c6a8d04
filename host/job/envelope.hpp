#pragma once

#include "base/json_writer.hpp"
#include "engine/engine.hpp"

namespace limn {

// The pieces of what the commands print with --json. The schema is docs/envelope.schema.json.
void write_attempt(JsonWriter& json, const Attempt& attempt);
void write_image(JsonWriter& json, const SavedImage& image);

// As "details", where there are any.
void write_details(JsonWriter& json, const std::vector<std::string>& details);

// {"class","message","hint"}
void write_error(JsonWriter& json, const Failure& failure);

// {"usd","basis"}, or null where it is not known.
void write_cost(JsonWriter& json, Cost cost);

// Members of the envelope: "gateway", "provider", "model", "size", "usage", of an outcome with
// images; and "attempts", "elapsed_ms".
void write_source(JsonWriter& json, const JobOutcome& outcome);
void write_attempts(JsonWriter& json, const JobOutcome& outcome);

// The envelope of `limn generate`.
void write_envelope(JsonWriter& json, const JobOutcome& outcome);

// {"ok":false,"error":{...},"attempts":[]} for what goes wrong before there is an attempt.
void write_error_envelope(JsonWriter& json, const Failure& failure);

} // namespace limn
