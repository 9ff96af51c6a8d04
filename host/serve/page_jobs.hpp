#pragma once

#include "engine/forecast.hpp"
#include "job/session.hpp"
#include "loop/disk_thread.hpp"
#include "serve/image_calls.hpp"
#include "serve/page_events.hpp"
#include "serve/page_job_text.hpp"
#include "work/work_desk.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace limn {

// What a picture would cost.
struct PagePrice {
  Forecast plan;
  Cost at_most;
};

// The jobs of the page: each is a row of jobs.db and a worker of its own, so that nothing is lost
// with a tab, or with this server. One press is one job, however often its request arrives; equal
// presses are as many pictures.
class PageJobs
{
public:
  // A job as JSON for the page, or why there is none.
  using Told = std::function<void(Result<std::string>)>;

  // All are borrowed.
  PageJobs(const ServerParts& parts, ImageCalls& calls, PageEvents& events);

  // `press`: the page's own name for this press, not empty.
  void begin(const Caller& caller, const std::string& press, std::string_view body, Told told);

  // Beforehand, for nothing.
  Result<PagePrice> price(const Caller& caller, std::string_view body);

  // {"jobs":[...]}: what is under way, and what ended since the server began and was not dismissed.
  void list(Told told);

  // Ends what may not be charged yet; takes what is over off the list. `id` may be anything.
  void end(const std::string& id, Told told);

  // The picture of a job, by its place from 0.
  void picture(const std::string& id, std::size_t place,
               std::function<void(Result<std::filesystem::path>)> told);

  // What its gateway has shown of one that is under way; `name` as the page is told.
  Result<std::filesystem::path> preview(const std::string& id, std::string_view name) const;

  Result<std::vector<Gateway>> gateways();

private:
  struct Watched {
    std::string asked; // JSON
    KeptJob last;
    std::vector<KeptPreview> previews;
    WorkDesk::Wait wait;
  };
  struct Ended {
    std::string id;
    std::string json;
  };
  struct Prepared;

  Result<Prepared> prepare(const Caller& caller, JobText job);
  void put(const JobRequest& request, std::string asked, Told told);
  void watch(const KeptJob& job, std::string asked);
  void heard(const std::string& id, Result<KeptJob> kept);
  void finish(const KeptJob& job, const std::string& asked);
  static std::string json_of(const Watched& watched);
  std::string list_json() const;

  Session& m_session;
  ImageCalls& m_calls;
  PageEvents& m_events;
  const ServeSettings& m_settings;
  std::deque<Ended> m_ended; // last
  DiskThread m_disk;
  WorkDesk m_desk;
  std::map<std::string, Watched> m_watched; // under way, by id
};

} // namespace limn
