#include "serve/page_jobs.hpp"

#include "base/digest.hpp"
#include "base/json_writer.hpp"
#include "engine/engine.hpp"
#include "job/envelope.hpp"
#include "job/job_check.hpp"
#include "job/past.hpp"
#include "job/paths.hpp"
#include "serve/page_uploads.hpp"
#include "work/places.hpp"
#include "work/work_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_page_door = "serve:page"; // of the family of k_serve_door
constexpr std::size_t k_ended_kept = 60;
constexpr std::chrono::hours k_press_named_for{24};
constexpr int k_page_previews = 2; // of each picture while it is drawn; each costs some tokens

std::string digest_of_press(std::string_view caller, std::string_view what)
{
  Sha256 digest;
  for (const auto text : {caller, std::string_view("\npage\n"), what}) {
    digest.update(std::as_bytes(std::span(text)));
  }
  return digest.hex();
}

// The file behind an input of the page, which may be read from then on.
Result<std::string> placed_page_input(const std::string& name, Places& places)
{
  if (name.starts_with(k_upload_prefix)) {
    LIMN_TRY_ASSIGN(const auto file, uploaded_file(name.substr(k_upload_prefix.size())));
    return file.string();
  }
  LIMN_TRY_ASSIGN(const auto drawn, past_image(name.substr(k_history_prefix.size())));
  places.to_read.push_back(drawn);
  return drawn.string();
}

// In the disk's thread. Which entries of the history its pictures are.
std::vector<PageJobPicture> pictures_of(const KeptJob& job)
{
  constexpr std::size_t k_others = 200; // that came meanwhile
  constexpr std::chrono::seconds k_before{5};
  std::vector<PageJobPicture> pictures;
  for (const auto& path : job.images) {
    pictures.push_back({{}, path});
  }
  auto history = pictures.empty() ? Result<std::optional<History>>(std::nullopt) : open_history();
  if (!history || !*history) {
    return pictures;
  }
  HistoryQuery query;
  query.since = job.asked - k_before;
  query.most = pictures.size() + k_others;
  const auto entries = (*history)->find(query);
  for (auto& picture : pictures) {
    if (!entries) {
      break;
    }
    const auto found = std::ranges::find_if(*entries, [&](const PastEntry& entry) {
      return entry.image && entry.image->image.path == picture.path;
    });
    picture.history_id = found == entries->end() ? "" : found->id();
  }
  return pictures;
}

Failure no_such_page_job(std::string_view id)
{
  return {FailureClass::not_found, fmt::format("there is no job {}", id)};
}

} // namespace

struct PageJobs::Prepared {
  WorkOrder order;
  GenerateOptions options;
  std::vector<Gateway> gateways;
};

PageJobs::PageJobs(const ServerParts& parts, ImageCalls& calls, PageEvents& events)
  : m_session(parts.session), m_calls(calls), m_events(events), m_settings(parts.settings),
    m_disk(m_session.loop()), m_desk(m_session.loop(), m_session.options(), state_folder())
{
}

Result<std::vector<Gateway>> PageJobs::gateways()
{
  std::vector<std::string> names;
  return m_calls.gateways(names);
}

// As ImageCalls reads what programs ask for.
Result<PageJobs::Prepared> PageJobs::prepare(const Caller& caller, JobText job)
{
  auto& host = m_session.host();
  Prepared prepared;
  std::vector<std::string> names;
  LIMN_TRY_ASSIGN(prepared.gateways, m_calls.gateways(names));
  if (!job.gateways.empty()) {
    std::erase_if(prepared.gateways, [&](const Gateway& gateway) {
      return std::ranges::find(job.gateways, gateway.name) == job.gateways.end();
    });
    if (prepared.gateways.empty()) {
      return fail(FailureClass::usage, "there is no such gateway any more");
    }
    names = job.gateways;
  }
  LIMN_TRY_ASSIGN(const auto models, m_calls.models(caller));
  LIMN_TRY(hold_to(caller, models, job));
  auto& order = prepared.order;
  order.job = std::move(job);
  for (auto& input : order.job.inputs) {
    LIMN_TRY_ASSIGN(input, placed_page_input(input, order.places));
  }
  if (!order.job.mask.empty()) {
    LIMN_TRY_ASSIGN(order.job.mask, placed_page_input(order.job.mask, order.places));
  }
  const auto folder = usual_folder(host.settings());
  order.places.to_write = {folder};
  order.places.to_read.push_back(uploads_folder());
  std::vector<Failure> mistakes;
  prepared.options = read_job(order.job, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  LIMN_TRY(suit_to_gateways(host, prepared.options, prepared.gateways));
  if (holds_key(order.job, m_session.redactor())) {
    return fail(FailureClass::usage, "a key of this machine stands in the prompt",
                "nothing was asked for; leave it out");
  }
  order.job.gateways = std::move(names);
  order.job.directory = folder.string();
  order.hops = 1;
  order.previews = prepared.options.job.partial_images = k_page_previews;
  return prepared;
}

Result<PagePrice> PageJobs::price(const Caller& caller, std::string_view body)
{
  LIMN_TRY_ASSIGN(auto job, read_page_job(body));
  if (job.prompt.empty()) {
    job.prompt = "a picture"; // what it is does not count, as long as it is about as long
  }
  LIMN_TRY_ASSIGN(const auto prepared, prepare(caller, std::move(job)));
  auto& engine = m_session.host().engine();
  const auto& [order, options, gateways] = prepared;
  return PagePrice{engine.plan(options.job, gateways, options.engine),
                   engine.estimate(options.job, gateways, options.engine)};
}

void PageJobs::begin(const Caller& caller, const std::string& press, std::string_view body,
                     Told told)
{
  std::string asked; // in the page's own words
  const auto request = [&]() -> Result<JobRequest> {
    LIMN_TRY_ASSIGN(auto job, read_page_job(body));
    asked = asked_json(job);
    LIMN_TRY_ASSIGN(auto prepared, prepare(caller, std::move(job)));
    JobRequest wanted;
    wanted.door = k_page_door;
    wanted.fingerprint = digest_of_press(caller.key, body);
    wanted.images = prepared.options.job.count;
    wanted.estimate = m_session.host().engine().estimate(prepared.options.job, prepared.gateways,
                                                         prepared.options.engine);
    put_limits(wanted, prepared.order.job, caller, m_settings);
    wanted.order = to_json(prepared.order);
    wanted.request_id = digest_of_press(caller.key, press);
    wanted.named_for = k_press_named_for;
    wanted.equal_jobs = EqualJobs::never_answer;
    return wanted;
  }();
  if (!request) {
    m_session.loop().post([told, failure = request.error()] { told(fail(failure)); });
    return;
  }
  put(*request, std::move(asked), std::move(told));
}

void PageJobs::put(const JobRequest& request, std::string asked, Told told)
{
  m_desk.put(request, [this, asked = std::move(asked), told = std::move(told)](Result<PutJob> put) {
    if (!put) {
      told(fail(std::move(put.error())));
      return;
    }
    const auto& job = put->job;
    if (put->as == PutAs::begun) {
      m_calls.begun_elsewhere(job.id);
    } else { // the same press: it counts as one who wants it
      m_desk.end(job.id, [](const Result<KeptJob>&) {});
    }
    if (is_final(job.state)) { // before the same press came again
      m_disk.run([job] { return pictures_of(job); },
                 [job, asked, told](const std::vector<PageJobPicture>& pictures) {
                   told(page_job_json(job, asked, pictures));
                 });
      return;
    }
    watch(job, asked);
    told(page_job_json(job, asked, {}));
  });
}

void PageJobs::watch(const KeptJob& job, std::string asked)
{
  if (m_watched.contains(job.id)) {
    return;
  }
  auto& watched = m_watched[job.id];
  watched.asked = std::move(asked);
  watched.last = job;
  m_events.tell("job", page_job_json(job, watched.asked, {}));
  watched.wait =
    m_desk.wait(job.id, [this, id = job.id](Result<KeptJob> kept) { heard(id, std::move(kept)); });
}

std::string PageJobs::json_of(const Watched& watched)
{
  return page_job_json(watched.last, watched.asked, {}, watched.previews);
}

void PageJobs::heard(const std::string& id, Result<KeptJob> kept)
{
  const auto found = m_watched.find(id);
  if (found == m_watched.end()) {
    return;
  }
  if (kept && !is_final(kept->state)) {
    found->second.last = std::move(*kept);
    m_desk.previews(id, [this, id](std::vector<KeptPreview> previews) {
      if (const auto still = m_watched.find(id); still != m_watched.end()) {
        still->second.previews = std::move(previews);
        m_events.tell("job", json_of(still->second));
      }
    });
    return;
  }
  const auto watched = m_watched.extract(found);
  m_calls.over_elsewhere(id, kept);
  if (kept) {
    finish(*kept, watched.mapped().asked);
    return;
  }
  m_desk.look(id, [this, id, asked = watched.mapped().asked, last = watched.mapped().last,
                   failure = kept.error()](const Result<KeptJob>& seen) {
    auto job = seen ? *seen : last;
    if (job.state == JobState::queued || !seen) { // nobody is to begin it later
      m_desk.end(id, [](const Result<KeptJob>&) {});
    }
    if (!is_final(job.state)) {
      const bool may_be_drawn = job.state == JobState::sent;
      job.state = may_be_drawn ? JobState::unknown : JobState::cancelled;
    }
    if (job.report.empty()) {
      JsonWriter report;
      write_error_envelope(report, failure);
      job.report = report.str();
    }
    finish(job, asked);
  });
}

void PageJobs::finish(const KeptJob& job, const std::string& asked)
{
  m_disk.run([job] { return pictures_of(job); },
             [this, job, asked](const std::vector<PageJobPicture>& pictures) {
               auto json = page_job_json(job, asked, pictures);
               m_events.tell("job", json);
               m_ended.push_back({job.id, std::move(json)});
               if (m_ended.size() > k_ended_kept) {
                 m_ended.pop_front();
               }
             });
}

std::string PageJobs::list_json() const
{
  JsonWriter json;
  json.begin_object();
  json.key("jobs");
  json.begin_array();
  for (const auto& ended : m_ended) {
    json.raw(ended.json);
  }
  for (const auto& [id, watched] : m_watched) {
    json.raw(json_of(watched));
  }
  json.end_array();
  json.end_object();
  return json.str();
}

// Those of a server before this one are gone on with.
void PageJobs::list(Told told)
{
  m_disk.run([] { return jobs_under_way(); },
             [this, told = std::move(told)](const Result<std::vector<KeptJob>>& jobs) {
               if (!jobs) {
                 told(fail(jobs.error()));
                 return;
               }
               for (const auto& job : *jobs) {
                 if (job.door == k_page_door) {
                   watch(job, asked_json(job));
                 }
               }
               told(list_json());
             });
}

void PageJobs::end(const std::string& id, Told told)
{
  const auto ended = std::ranges::find(m_ended, id, &Ended::id);
  if (ended != m_ended.end()) {
    m_ended.erase(ended);
    m_events.tell("dismissed", fmt::format(R"({{"id":"{}"}})", id));
    m_session.loop().post([told = std::move(told)] { told("{}"); });
    return;
  }
  if (!m_watched.contains(id)) {
    m_session.loop().post([told = std::move(told), id] { told(fail(no_such_page_job(id))); });
    return;
  }
  m_desk.end(id, [told = std::move(told)](const Result<KeptJob>& job) {
    told(job ? Result<std::string>(page_job_json(*job, "{}", {})) : fail(job.error()));
  });
}

Result<std::filesystem::path> PageJobs::preview(const std::string& id, std::string_view name) const
{
  const auto watched = m_watched.find(id);
  if (watched != m_watched.end()) {
    for (const auto& preview : watched->second.previews) {
      if (preview.file.stem() == name) {
        return preview.file;
      }
    }
  }
  return fail(no_such_page_job(id));
}

void PageJobs::picture(const std::string& id, std::size_t place,
                       std::function<void(Result<std::filesystem::path>)> told)
{
  m_desk.look(id, [id, place, told = std::move(told)](const Result<KeptJob>& job) {
    if (!job || job->door != k_page_door || place >= job->images.size()) {
      told(fail(no_such_page_job(id)));
      return;
    }
    told(job->images[place]);
  });
}

} // namespace limn
