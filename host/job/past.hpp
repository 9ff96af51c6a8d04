#pragma once

#include "base/json_writer.hpp"
#include "base/result.hpp"
#include "memory/history.hpp"
#include "memory/jobs_database.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What all doors tell of the history.

// The history of this user, or nothing where there is none yet: nothing is made to look at it.
Result<std::optional<History>> open_history();

// The jobs of other doors that are not over, the oldest first. Costs next to nothing where there
// are none.
Result<std::vector<KeptJob>> jobs_under_way();

// Takes out of jobs.db what was drawn before `time`, if there is a jobs.db; what is under way or
// unknown stays.
Done forget_jobs_before(PastAttempt::Time time);

// The entry of that id, its first letters, or "last". FailureClass::usage if there is none.
Result<PastEntry> past_entry(std::string_view id, std::string_view door = {});

// The image of such an entry, as a file that is there. FailureClass::usage if it is none. `door`:
// only of what came by it; empty: of all.
Result<std::filesystem::path> past_image(std::string_view id, std::string_view door = {});

// How an entry stands.
enum class Outcome {
  drawn,
  under_way, // by a process that lives
  unknown,   // whoever asked is gone, and nobody told how it ended
  passed_on, // it asked for no picture, and was answered
  failed,    // it may have cost money all the same
};
Outcome outcome_of(const PastEntry& entry);
std::string_view to_string(Outcome outcome); // "drawn", "passed_on", ...

// "2026-01-31 23:59", in local time.
std::string local_time_text(PastAttempt::Time time);

// What a request has cost, in one word: "$0.0527", "$0.21/4" where it brought four images,
// "~$0.0527" for an estimate, "<$0.211" for a bound, "?" where it is not known.
std::string short_cost_text(const PastAttempt& attempt);

// One line: id, time, cost, size, gateway, prompt. `columns`: the prompt is cut so that it fits;
// none: nothing is.
std::string past_line(const PastEntry& entry, std::optional<int> columns);

// An object of docs/history.schema.json.
void write_past(JsonWriter& json, const PastEntry& entry);

// All of them as one, and its members: "usage_usd", "estimate_usd", "bound_usd", "unknown",
// "requests", "images".
Spending sum_of(const std::vector<Spending>& all);
void write_spending(JsonWriter& json, const Spending& spending);

// A moment in the past: "7d", "3h", "2w", "2026-01-31" or "2026-01-31 18:00", in local time;
// "today", "yesterday". FailureClass::usage with the option's name.
Result<PastAttempt::Time> read_since(std::string_view option, std::string_view text,
                                     PastAttempt::Time now);

} // namespace limn
