#include "queue/addition.hpp"

#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "batch/checks.hpp"
#include "job/job_check.hpp"
#include "job/job_fields.hpp"
#include "job/job_output.hpp"
#include "model/store_address.hpp"
#include "queue/lane/lane_plan.hpp"

#include <fmt/format.h>

#include <span>
#include <system_error>
#include <utility>

namespace limn {

namespace {

// What makes two items one job.
std::string fingerprint_of_item(const BatchItem& item, const JobText& placed)
{
  auto meaning = digest_of(placed);
  if (item.has_own_id) {
    meaning += "\n" + item.id;
  }
  Sha256 digest;
  digest.update(std::as_bytes(std::span(meaning)));
  return digest.hex();
}

// Brings items as they are read, until one cannot be.
class ItemBringer
{
public:
  ItemBringer(Session& session, QueueStore& store, std::filesystem::path folder, Mistakes& mistakes)
    : m_session(session), m_store(store), m_folder(std::move(folder)), m_mistakes(mistakes)
  {
  }

  void bring(const BatchItem& item, const JobText& job)
  {
    ++m_count;
    const auto& redactor = m_session.redactor();
    if (redactor.looks_like_key(item.id) || redactor.redact_known(item.text) != item.text) {
      m_mistakes.add(item.line, {FailureClass::usage, "there is a key in it",
                                 "no key is ever written into a queue"});
      return;
    }
    if (m_done && m_mistakes.empty()) {
      m_done = m_store.bring({item.line, item.has_own_id ? PgValue(item.id) : PgValue(),
                              fingerprint_of_item(item, in_folder(job, m_folder)), item.text});
    }
  }

  const Done& done() const { return m_done; }
  std::int64_t count() const { return m_count; }

private:
  Session& m_session;
  QueueStore& m_store;
  std::filesystem::path m_folder;
  Mistakes& m_mistakes;
  Done m_done;
  std::int64_t m_count = 0;
};

// What an item costs on its lane; a mistake where it cannot go by it.
Cost estimate_for(Session& session, QueueLane lane, GenerateOptions job,
                  std::vector<Failure>& mistakes)
{
  const auto gateways = session.host().gateways(job.gateways);
  if (!gateways || !suit_to_gateways(session.host(), job, *gateways)) {
    return {Cost::Basis::unknown, 0}; // which ItemChecks told
  }
  if (lane == QueueLane::usual) {
    return session.host().engine().estimate(job.job, *gateways, job.engine);
  }
  const auto plan = lane_plan(session.host(), job.job, *gateways, job.engine);
  if (!plan) {
    mistakes.push_back(plan.error());
    return {};
  }
  return plan->cost;
}

void say_notices(Session& session, const ItemChecks& checks)
{
  for (const auto& notice : checks.notices()) {
    session.terminal().say(LogLevel::info, notice);
  }
}

} // namespace

JobText in_folder(JobText job, const std::filesystem::path& folder)
{
  const auto place = [&folder](std::string& path) {
    if (!path.empty() && !path.starts_with("~/") && !is_store_address(path)) {
      path = (folder / path).string(); // one that is absolute stays as it is
    }
  };
  // An input may be an address, or an entry of the history.
  const auto place_file = [&](std::string& path) {
    std::error_code error;
    if (!path.empty() && std::filesystem::exists(folder / path, error)) {
      place(path);
    }
  };
  place(job.output);
  place(job.directory);
  place_file(job.mask);
  for (auto& input : job.inputs) {
    place_file(input);
  }
  return job;
}

std::string json_of_defaults(const JobText& defaults)
{
  JsonWriter json;
  json.begin_object();
  write_job_fields(json, defaults);
  json.end_object();
  return json.str();
}

Result<JobText> defaults_of_json(std::string_view json)
{
  LIMN_TRY_ASSIGN(const auto document, parse_json(json));
  JobText defaults;
  for (const auto name : job_field_names()) {
    const auto* value = member(document, name);
    if (value != nullptr && !read_job_field(defaults, name, *value).empty()) {
      return fail(FailureClass::internal, fmt::format("the queue has a wrong {}", name));
    }
  }
  return defaults;
}

Result<AddedItems> add_to_queue(Session& session, QueueStore& store, const std::string& file,
                                const JobText& given, QueueLane lane, Mistakes& mistakes)
{
  std::error_code error;
  const auto folder = std::filesystem::current_path(error);
  if (error) {
    return fail(FailureClass::not_saved, "the current folder is gone");
  }
  auto defaults = given;
  LIMN_TRY_ASSIGN(const auto directory, output_folder(session, given.directory));
  defaults.directory = directory.string();
  const auto kept = json_of_defaults(defaults);
  const auto read_back = defaults_of_json(kept);
  if (!read_back || digest_of(*read_back) != digest_of(defaults)) {
    return fail(FailureClass::usage, "an option has characters in it that cannot be kept",
                "name another folder");
  }
  if (session.redactor().redact_known(kept) != kept) {
    return fail(FailureClass::usage, "there is a key among the options",
                "no key is ever written into a queue");
  }
  BatchOptions options;
  options.defaults = defaults;
  LIMN_TRY_ASSIGN(options.max_cost, store.max_cost());
  ItemChecks checks(session, options);
  ItemBringer bringer(session, store, folder, mistakes);
  Cost estimate;
  LIMN_TRY(store.begin_items());
  LIMN_TRY(for_each_item(
    file, defaults,
    [&](int line, const GenerateOptions& job, std::vector<Failure>& found) {
      checks.check(line, job, found);
      if (found.empty()) {
        estimate += estimate_for(session, lane, job, found);
      }
    },
    mistakes, [&](const BatchItem& item, const JobText& job) { bringer.bring(item, job); }));
  LIMN_TRY(bringer.done());
  LIMN_TRY_ASSIGN(const auto same, store.end_items());
  for (const auto& one : same) {
    mistakes.add(one.again, same_id(one.id, one.first));
  }
  if (!mistakes.empty()) {
    return AddedItems{bringer.count(), 0, {}};
  }
  if (bringer.count() == 0) {
    return fail(FailureClass::usage,
                fmt::format("there are no items in {}", file == "-" ? "standard input" : file),
                "a prompt a line, or JSON lines");
  }
  if (checks.no_gateway()) {
    return fail(*checks.no_gateway());
  }
  say_notices(session, checks);
  LIMN_TRY(checks.check_folders());
  LIMN_TRY_ASSIGN(const auto added, store.add({file, folder.string(), kept, lane}));
  return AddedItems{bringer.count(), added, estimate};
}

} // namespace limn
