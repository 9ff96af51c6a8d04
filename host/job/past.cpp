#include "job/past.hpp"

#include "base/display_width.hpp"
#include "base/duration.hpp"
#include "base/terminal_text.hpp"
#include "base/utc_text.hpp"
#include "job/envelope.hpp"
#include "job/paths.hpp"
#include "memory/job_lock.hpp"
#include "model/store_address.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <sstream>

namespace limn {

namespace {

using std::chrono::system_clock;

// A reader may wait for who writes.
constexpr std::chrono::milliseconds k_patience{2'000};

// When a process was begun; nothing if there is none. proc(5): field 22 of its stat, in ticks since
// the machine was.
std::optional<PastAttempt::Time> begin_of(int process)
{
  constexpr int k_start = 22;
  constexpr int k_state = 3; // the first behind the name, which may hold anything
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = k_state; number < k_start; ++number) {
    fields >> field;
  }
  std::int64_t ticks = 0;
  fields >> ticks;
  timespec uptime{};
  ::clock_gettime(CLOCK_BOOTTIME, &uptime);
  const auto up = std::chrono::seconds(uptime.tv_sec);
  const auto after_boot = std::chrono::seconds(ticks / std::max(::sysconf(_SC_CLK_TCK), 1L));
  return system_clock::now() - up + after_boot;
}

// Numbers of processes come again.
bool is_alive(const PastAttempt& attempt)
{
  constexpr std::chrono::seconds k_inexact{3};
  const auto begin = attempt.process > 0 ? begin_of(attempt.process) : std::nullopt;
  return begin && *begin <= attempt.time + k_inexact;
}

std::string what_came(const PastEntry& entry)
{
  if (entry.image) {
    const auto& size = entry.image->image.size;
    return size.width > 0 ? to_string(size) : std::string(to_string(entry.image->image.format));
  }
  const auto outcome = outcome_of(entry);
  if (outcome == Outcome::failed) {
    return entry.attempt.failure_class;
  }
  std::string text(to_string(outcome));
  std::ranges::replace(text, '_', ' ');
  return text;
}

// The beginning of a day of the local time, so many days before `now`.
PastAttempt::Time start_of_day(PastAttempt::Time now, int days_before)
{
  const auto seconds = system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  local.tm_mday -= days_before;
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return system_clock::from_time_t(std::mktime(&local));
}

// "2026-01-31", also with " 18:00" or "T18:00" and ":30" behind it.
std::optional<PastAttempt::Time> read_date(std::string_view text)
{
  std::tm local{};
  local.tm_isdst = -1;
  const std::string whole(text);
  for (const char* format :
       {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
    std::tm read = local;
    const char* end = ::strptime(whole.c_str(), format, &read);
    if (end != nullptr && *end == '\0') {
      // The clock ends in 2262.
      const auto end_of_time = system_clock::to_time_t(system_clock::time_point::max());
      return system_clock::from_time_t(std::clamp(std::mktime(&read), -end_of_time, end_of_time));
    }
  }
  return std::nullopt;
}

void write_time(JsonWriter& json, PastAttempt::Time time)
{
  json.member("time", utc_text(time));
}

} // namespace

Result<std::optional<History>> open_history()
{
  const auto folder = state_folder();
  std::error_code error;
  if (!std::filesystem::exists(history_file(folder), error)
      && !std::filesystem::exists(history_lines_file(folder), error)) {
    return std::nullopt;
  }
  LIMN_TRY_ASSIGN(auto history, History::open(folder, k_patience));
  return std::optional(std::move(history));
}

Result<std::vector<KeptJob>> jobs_under_way()
{
  // Each of them that somebody works on has a file there.
  std::error_code error;
  if (std::filesystem::is_empty(job_lock_file(state_folder(), "").parent_path(), error) || error) {
    return std::vector<KeptJob>();
  }
  LIMN_TRY_ASSIGN(auto jobs, JobsDatabase::open(state_folder(), k_patience));
  return jobs.under_way();
}

Done forget_jobs_before(PastAttempt::Time time)
{
  std::error_code error;
  if (!std::filesystem::exists(jobs_file(state_folder()), error)) {
    return {};
  }
  LIMN_TRY_ASSIGN(auto jobs, JobsDatabase::open(state_folder(), k_patience));
  LIMN_TRY(jobs.forget_before(time));
  return {};
}

Result<PastEntry> past_entry(std::string_view id, std::string_view door)
{
  LIMN_TRY_ASSIGN(auto history, open_history());
  if (!history) {
    return fail(FailureClass::usage, "the history is empty",
                "draw something first: limn generate \"a fox in the snow\"");
  }
  return history->entry(id, door);
}

Result<std::filesystem::path> past_image(std::string_view id, std::string_view door)
{
  LIMN_TRY_ASSIGN(const auto entry, past_entry(id, door));
  if (!entry.image) {
    return fail(FailureClass::usage, fmt::format("{} brought no image", entry.id()),
                fmt::format("`limn show {}` tells why", entry.id()));
  }
  const auto& path = entry.image->image.path;
  if (is_store_address(path.native())) {
    return fail(FailureClass::usage,
                fmt::format("{} is in a store, and not on this machine", path.string()),
                "an image to work from may be named by that address");
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return fail(FailureClass::usage,
                fmt::format("{} is there no more, or was sent on and is not kept", path.string()),
                fmt::format("`limn again {}` draws one like it, and costs as much", entry.id()));
  }
  return path;
}

Outcome outcome_of(const PastEntry& entry)
{
  if (entry.image) {
    return Outcome::drawn;
  }
  if (entry.attempt.state == PastAttempt::State::ended) {
    const bool is_answered =
      entry.attempt.door == k_passed_door && entry.attempt.failure_class.empty();
    return is_answered ? Outcome::passed_on : Outcome::failed;
  }
  return is_alive(entry.attempt) ? Outcome::under_way : Outcome::unknown;
}

std::string_view to_string(Outcome outcome)
{
  switch (outcome) {
  case Outcome::drawn:
    return "drawn";
  case Outcome::under_way:
    return "under_way";
  case Outcome::unknown:
    return "unknown";
  case Outcome::passed_on:
    return "passed_on";
  case Outcome::failed:
    break;
  }
  return "failed";
}

std::string local_time_text(PastAttempt::Time time)
{
  const auto seconds = system_clock::to_time_t(time);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, local.tm_hour, local.tm_min);
}

std::string short_cost_text(const PastAttempt& attempt)
{
  if (attempt.state == PastAttempt::State::sent || !attempt.cost.is_known()) {
    return "?";
  }
  const auto amount =
    usd_text(attempt.cost.amount) + (attempt.images > 1 ? fmt::format("/{}", attempt.images) : "");
  return attempt.cost.basis == Cost::Basis::estimate ? "~" + amount
         : attempt.cost.basis == Cost::Basis::bound  ? "<" + amount
                                                     : amount;
}

std::string past_line(const PastEntry& entry, std::optional<int> columns)
{
  constexpr int k_least_for_size = 90;
  constexpr int k_least_for_gateway = 110;
  const auto& attempt = entry.attempt;
  const auto time = local_time_text(attempt.time);
  const auto cost = short_cost_text(attempt);
  const auto prompt = terminal_safe(attempt.prompt);
  const auto gateway = terminal_safe(attempt.gateway);
  if (columns && *columns < k_least_for_size) { // the prompt tells more than the rest
    constexpr std::size_t k_year = 5;
    const auto outcome = entry.image ? "" : fmt::format("[{}] ", what_came(entry));
    return elided(
      fmt::format("{}  {}  {:>8}  {}{}", entry.id(), time.substr(k_year), cost, outcome, prompt),
      *columns, Cut::end);
  }
  const auto facts =
    fmt::format("{}  {}  {:>8}  {:<15}  ", entry.id(), time, cost, what_came(entry));
  const bool has_gateway = !columns || *columns >= k_least_for_gateway;
  const auto line = has_gateway ? facts + gateway + " · " + prompt : facts + prompt;
  return columns ? elided(line, *columns, Cut::end) : line;
}

void write_past(JsonWriter& json, const PastEntry& entry)
{
  const auto& attempt = entry.attempt;
  json.begin_object();
  json.member("id", entry.id());
  json.member("outcome", to_string(outcome_of(entry)));
  write_time(json, attempt.time);
  json.member("door", attempt.door);
  json.member("prompt", attempt.prompt);
  json.key("asked");
  json.raw(to_json(past_parameters_from(attempt.parameters))); // whatever stands in the file
  json.member("gateway", attempt.gateway);
  json.member("provider", attempt.provider);
  json.member("model", attempt.model);
  json.optional_member("size_sent", attempt.size);
  json.member("attempt", attempt.id);
  json.key("cost"); // of the attempt, however many images it brought
  write_cost(json, attempt.state == PastAttempt::State::sent ? Cost{Cost::Basis::unknown, 0}
                                                             : attempt.cost);
  json.member("attempt_images", static_cast<std::int64_t>(attempt.images));
  json.member("elapsed_ms", static_cast<std::int64_t>(attempt.elapsed.count()));
  json.flag("may_have_cost", attempt.may_have_cost);
  json.optional_member("class", attempt.failure_class);
  json.optional_member("message", attempt.message);
  json.optional_member("request_id", attempt.request_id);
  json.key("image");
  if (entry.image) {
    write_image(json, entry.image->image);
  } else {
    json.null();
  }
  json.end_object();
}

Spending sum_of(const std::vector<Spending>& all)
{
  Spending sum;
  for (const auto& one : all) {
    sum.images += one.images;
    sum.requests += one.requests;
    sum.usage += one.usage;
    sum.estimate += one.estimate;
    sum.bound += one.bound;
    sum.unknown += one.unknown;
  }
  return sum;
}

void write_spending(JsonWriter& json, const Spending& spending)
{
  const auto dollars = [&](std::string_view name, NanoUsd amount) {
    json.key(name);
    json.decimal(usd_json(amount));
  };
  dollars("usage_usd", spending.usage);
  dollars("estimate_usd", spending.estimate);
  dollars("bound_usd", spending.bound);
  json.member("unknown", spending.unknown);
  json.member("requests", spending.requests);
  json.member("images", spending.images);
}

Result<PastAttempt::Time> read_since(std::string_view option, std::string_view text,
                                     PastAttempt::Time now)
{
  if (text == "today" || text == "yesterday") {
    return start_of_day(now, text == "today" ? 0 : 1);
  }
  if (const auto span = parse_span(text)) {
    return now - *span;
  }
  if (const auto date = read_date(text)) {
    return *date;
  }
  return fail(FailureClass::usage, fmt::format("{}: '{}' is no time", option, text),
              "write how long ago (3h, 7d, 2w), a date (2026-01-31), today or yesterday");
}

} // namespace limn
