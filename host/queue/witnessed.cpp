#include "queue/witnessed.hpp"

#include "base/json_writer.hpp"
#include "job/envelope.hpp"
#include "memory/rate_record.hpp"
#include "queue/work_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <utility>

namespace limn {

namespace {

std::int64_t wide_number_of(const rapidjson::Value* value)
{
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

std::string text_of(const rapidjson::Value& line, std::string_view name)
{
  return std::string(string_or_empty(member(line, name)));
}

Cost::Basis cost_basis_of(std::string_view name)
{
  for (const auto basis : {Cost::Basis::usage, Cost::Basis::estimate, Cost::Basis::bound}) {
    if (to_string(basis) == name) {
      return basis;
    }
  }
  return Cost::Basis::unknown;
}

// What was announced, in a job of which more may be known.
void read_announcement(const rapidjson::Value& line, WitnessedJob& job)
{
  job.fingerprint = text_of(line, "fingerprint");
  job.fence = number_of(member(line, "fence"));
  job.attempt = static_cast<std::uint64_t>(wide_number_of(member(line, "attempt")));
  job.gateway = text_of(line, "gateway");
  job.provider = text_of(line, "provider");
  job.model = text_of(line, "model");
  job.wanted = number_of(member(line, "n"));
  if (const auto* estimate = member(line, "estimate"); estimate != nullptr) {
    job.estimate = wide_number_of(estimate);
  }
}

QueuedEnd read_queued_end(const rapidjson::Value& line)
{
  QueuedEnd end;
  end.state = job_state_from(text_of(line, "state")).value_or(JobState::unknown);
  end.images = wide_number_of(member(line, "images"));
  end.cost = {cost_basis_of(text_of(line, "basis")), wide_number_of(member(line, "cost"))};
  end.failure_class = text_of(line, "class");
  end.failure = text_of(line, "message");
  end.report = text_of(line, "report");
  return end;
}

using WitnessedJobs = std::map<std::string, WitnessedJob, std::less<>>; // by id

void take_line(const rapidjson::Value& line, WitnessedJobs& jobs)
{
  const auto event = text_of(line, "event");
  const auto id = text_of(line, "job");
  if (event == WorkJournal::k_left) {
    jobs.erase(id);
    return;
  }
  const bool is_announcement = event == WorkJournal::k_asked || event == WorkJournal::k_sent;
  if (!is_announcement && !jobs.contains(id)) {
    return;
  }
  auto& job = jobs[id];
  if (event == WorkJournal::k_asked && job.end) { // it was over, and is begun anew
    job = {};
  }
  if (is_announcement) {
    if (event == WorkJournal::k_sent || !job.is_sent) { // else the one that went out counts
      read_announcement(line, job);
    }
    job.is_open = true;
    job.is_sent = job.is_sent || event == WorkJournal::k_sent;
  } else if (event == WorkJournal::k_settled) {
    job.is_open = false;
    job.is_sent = false;
  } else if (event == WorkJournal::k_ended) {
    job.end = read_queued_end(line);
  } else if (event == WorkJournal::k_naming) {
    const auto* inode = member(line, "inode");
    const auto image = text_of(line, "image");
    const auto document = parse_json(image);
    const auto path = document ? text_of(*document, "path") : "";
    if (inode != nullptr && inode->IsUint64() && !path.empty()) {
      job.naming.push_back({{path, image}, inode->GetUint64()});
    }
  }
}

std::string report_of_found(const std::vector<NotedImage>& images, const QueuedEnd& end,
                            const Failure& failure)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", end.state == JobState::done);
  if (end.state != JobState::done) {
    json.key("error");
    write_error(json, failure);
  }
  json.key("images");
  json.begin_array();
  for (const auto& image : images) {
    json.raw(image.json);
  }
  json.end_array();
  json.key("cost");
  write_cost(json, end.cost);
  json.key("attempts");
  json.begin_array();
  json.end_array();
  json.end_object();
  return json.str();
}

PgValue null_if_empty(const std::string& text)
{
  return text.empty() ? PgValue() : PgValue(text);
}

} // namespace

PgStatement witness_statement(const WitnessedJob& job, const QueuedEnd& end)
{
  return {"select p_verdict, p_now from limn_witness($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
          "$12, $13, $14, $15)",
          {job.fingerprint, job.worker, std::to_string(job.fence), std::to_string(job.attempt),
           job.gateway, job.provider, job.model,
           job.estimate ? PgValue(std::to_string(*job.estimate)) : PgValue(),
           std::string(to_string(end.state)), std::to_string(end.images),
           std::to_string(end.cost.amount), std::string(to_string(end.cost.basis)),
           null_if_empty(end.failure_class), null_if_empty(end.failure),
           null_if_empty(end.report)}};
}

std::optional<QueuedEnd> end_without_worker(const WitnessedJob& job)
{
  if (job.end) {
    return job.end;
  }
  std::vector<NotedImage> images;
  for (const auto& file : job.naming) {
    if (is_there(file)) {
      images.push_back(file.image);
    }
  }
  if (images.empty() && !job.is_open) {
    return std::nullopt;
  }
  QueuedEnd end;
  const bool has_all = std::cmp_greater_equal(images.size(), job.wanted);
  end.state = has_all ? JobState::done : JobState::unknown;
  end.images = static_cast<std::int64_t>(images.size());
  end.cost = {job.estimate ? Cost::Basis::estimate : Cost::Basis::unknown,
              job.estimate.value_or(0)};
  const Failure failure(FailureClass::outcome_unknown,
                        "its worker was lost while it was asked for, and it may have been charged",
                        "look at the gateway's usage page");
  if (!has_all) {
    end.failure_class = to_string(failure.failure_class);
    end.failure = failure.message;
  }
  if (!images.empty()) {
    end.report = report_of_found(images, end, failure);
  }
  return end;
}

std::vector<WitnessedJob> read_work_journal(const std::filesystem::path& file)
{
  std::vector<WitnessedJob> found;
  auto stream = open_lines(file);
  if (!stream) {
    return found;
  }
  WitnessedJobs jobs;
  std::string worker;
  bool is_same_boot = false;
  for (std::string text; std::getline(*stream, text);) {
    const auto line = parse_json(text);
    if (!line) {
      continue;
    }
    if (const auto* name = member(*line, "worker"); name != nullptr) {
      worker = string_or_empty(name);
      is_same_boot = text_of(*line, "boot") == rate_time_now().boot;
    } else {
      take_line(*line, jobs);
    }
  }
  for (auto& [id, job] : jobs) {
    job.id = std::strtoll(id.c_str(), nullptr, 10);
    job.worker = worker;
    job.is_open = job.is_open && (job.is_sent || !is_same_boot);
    found.push_back(std::move(job));
  }
  return found;
}

} // namespace limn
