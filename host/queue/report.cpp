#include "queue/report.hpp"

#include "base/json_writer.hpp"
#include "job/envelope.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

void write_queue(JsonWriter& json, const QueueStatus& status)
{
  json.begin_object();
  json.flag("ok", true);
  json.key("jobs");
  json.begin_object();
  for (const auto& [state, count] : status.jobs) {
    json.member(to_string(state), count);
  }
  json.end_object();
  json.member("workers", status.workers);
  json.member("ended_last_minute", status.ended_lately);
  json.key("spent_usd");
  json.decimal(usd_json(status.spent));
  json.key("reserved_usd");
  json.decimal(usd_json(status.reserved));
  json.key("max_cost_usd");
  if (status.max_cost) {
    json.decimal(usd_json(*status.max_cost));
  } else {
    json.null();
  }
  json.flag("draining", status.is_draining);
  json.key("batch_lane");
  json.begin_object();
  json.member("queued", status.lane_queued);
  json.member("under_way", status.lane_under_way);
  json.member("batches", status.lane_batches);
  json.end_object();
  json.end_object();
}

std::string queue_line(const QueueStatus& status)
{
  std::string line;
  for (const auto& [state, count] : status.jobs) {
    if (count > 0 || state == JobState::queued || state == JobState::done) {
      line += fmt::format("{} {} · ", count, to_string(state));
    }
  }
  line += fmt::format("{} worker{} · {} a minute · {}", status.workers,
                      status.workers == 1 ? "" : "s", status.ended_lately, usd_text(status.spent));
  if (status.reserved > 0) {
    line += fmt::format(" and {} reserved", usd_text(status.reserved));
  }
  if (status.max_cost) {
    line += fmt::format(" of {}", usd_text(*status.max_cost));
  }
  if (status.lane_queued + status.lane_under_way > 0) {
    line += fmt::format(" · by batch {} queued, {} in {}", status.lane_queued,
                        status.lane_under_way, status.lane_batches);
  }
  return status.is_draining ? line + " · no more are handed out" : line;
}

void write_queued_job(JsonWriter& json, const QueuedJob& job)
{
  json.begin_object();
  json.member("id", job.id);
  json.optional_member("item", job.item);
  json.member("file", job.file);
  json.member("line", job.line);
  json.member("state", job.state);
  json.member("lane", job.lane);
  json.optional_member("batch", job.batch);
  json.optional_member("worker", job.worker);
  json.key("error");
  if (job.failure_class.empty()) {
    json.null();
  } else {
    json.begin_object();
    json.member("class", job.failure_class);
    json.member("message", job.failure);
    json.end_object();
  }
  json.key("cost");
  if (job.cost) {
    write_cost(json, *job.cost);
  } else {
    json.null();
  }
  json.key("report");
  if (job.report.empty()) {
    json.null();
  } else {
    json.raw(job.report);
  }
  json.end_object();
}

std::string queued_job_line(const QueuedJob& job)
{
  auto line = fmt::format("{:>8}  {:<9}  {}:{}", job.id, job.state, job.file, job.line);
  if (!job.item.empty()) {
    line += fmt::format(" ({})", job.item);
  }
  if (job.lane == to_string(QueueLane::batch)) {
    line += fmt::format("  by batch{}{}", job.batch.empty() ? "" : " ", job.batch);
  }
  if (job.cost) {
    line += "  " + cost_text(*job.cost);
  }
  if (!job.failure_class.empty()) {
    line += fmt::format("  {}: {}", job.failure_class, job.failure);
  }
  return line;
}

} // namespace

void report_added(Out& out, const GlobalOptions& global, const AddedItems& added)
{
  if (global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("items", added.read);
    json.member("added", added.added);
    json.key("estimate");
    write_cost(json, added.estimate);
    json.end_object();
    out.json(json);
    return;
  }
  const auto there = added.read - added.added;
  out.line(fmt::format("{} added{} · all {} cost {}", added.added,
                       there > 0 ? fmt::format(", {} were there already", there) : "", added.read,
                       cost_text(added.estimate)));
}

void report_queue(Out& out, const GlobalOptions& global, const QueueStatus& status)
{
  if (global.format == ReportFormat::json) {
    JsonWriter json;
    write_queue(json, status);
    out.json(json);
  } else {
    out.line(queue_line(status));
  }
}

void report_queued_jobs(Out& out, const GlobalOptions& global, const std::vector<QueuedJob>& jobs)
{
  if (global.format != ReportFormat::json) {
    for (const auto& job : jobs) {
      out.line(queued_job_line(job));
    }
    return;
  }
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("queued_jobs");
  json.begin_array();
  for (const auto& job : jobs) {
    write_queued_job(json, job);
  }
  json.end_array();
  json.end_object();
  out.json(json);
}

} // namespace limn
