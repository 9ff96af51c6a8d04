#pragma once

#include "engine/engine_ground.hpp"
#include "engine/money_gate.hpp"
#include "engine/policy.hpp"
#include "engine/rate_book.hpp"
#include "gateways/verify.hpp"
#include "http/http_client.hpp"
#include "loop/disk_thread.hpp"
#include "memory/history_entry.hpp"
#include "memory/learnt.hpp"
#include "memory/rate_record.hpp"
#include "model/attempt.hpp"
#include "model/gateway.hpp"
#include "model/image.hpp"
#include "model/job.hpp"
#include "output/image_sink.hpp"
#include "picture/image_header.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace limn {

// Whether a gateway is asked for its models before it is asked for an image.
enum class VerifyMode {
  automatic,
  always,
  never
}; // automatic: unless it was asked within the last day

// What the user said for this job, over the settings.
struct EngineOptions {
  VerifyMode verify = VerifyMode::automatic;
  DuplicateCharge duplicate_charge = DuplicateCharge::refused;
  std::vector<std::string> models;                      // empty: the gateway's, else the settings'
  std::vector<std::string> providers;                   // empty: the gateway's, else the settings'
  std::optional<std::chrono::milliseconds> timeout;     // of an attempt
  std::optional<std::chrono::milliseconds> wait_budget; // of a job, for rate limits
  // Nothing is sent with which the job could have cost more, whatever size it falls back to and
  // whatever a gateway refused; FailureClass::usage then.
  std::optional<NanoUsd> max_cost;
};

// What is wanted, from whom, and who lets it cost.
struct JobOrder {
  Job job;
  std::vector<Gateway> gateways; // in this order, those with a problem left out
  ImageSink* sink = nullptr;     // where its images go; never null; borrowed until the job is done
  EngineOptions options;
  MoneyGate* gate = nullptr; // never null; borrowed until the job is done
  int first_number = 1;      // of its first image, where some are there already
  std::string door;          // which way in it came, for the history: "generate", "batch", ...
};

struct JobOutcome {
  std::vector<SavedImage> images; // at their places, also where there is a failure
  std::optional<Failure> failure; // none: all wanted images are there
  std::vector<Attempt> attempts;  // in order
  Gateway gateway; // of the last success; no name if there was none. Without its key.
  std::string provider;
  std::string model;
  std::string size_asked;
  std::string size_sent;
  Usage usage;
  Cost cost; // of all attempts
  std::chrono::milliseconds elapsed{0};
};

// Hears of one job while it happens, for a progress line and for events. Everything is borrowed for
// the call. Calls come from the loop. From within one nothing is cancelled: that is for Loop::post.
class JobListener
{
public:
  virtual ~JobListener() = default;
  virtual void verifying(const Gateway& gateway) = 0;
  virtual void
  attempt_started(const Attempt& attempt) = 0; // gateway, provider, model and size are known
  virtual void attempt_ended(const Attempt& attempt) = 0;
  // Where Job::partial_images asked for some: a picture that is not finished, `picture` whole in
  // itself, of the image with that number within the job. `index`: which one of that image's, from
  // 0; it rises, and some may be left out. The image itself comes by `image_saved` alone.
  virtual void preview(int /*image_number*/, int /*index*/, const ByteSource& /*picture*/) {}
  // So many bytes have come of the answer to a request that may cost money.
  virtual void receiving(std::uint64_t /*bytes*/) {}
  // It has its final name from now on, whatever becomes of the rest of its attempt.
  virtual void image_saved(const SavedImage& image) = 0;
  virtual void waiting(std::chrono::milliseconds time, const std::string& why) = 0;
  virtual void
  noticed(const std::string& text) = 0; // something is done otherwise than asked; one sentence
  // The last call, once.
  virtual void finished(JobOutcome outcome) = 0;
};

struct Forecast;
struct UsualTime;
struct VerifiedGateway;

// Tells the jobs of an engine apart.
enum class JobId : std::uint64_t {};

// Which jobs a cancellation ends. Those that wait (for their turn, a pause, or a list of models)
// have no attempt under way: what they would ask for next has not been paid for yet. The uncharged
// ones have nothing under way that may have been charged; the others then end with the attempt that
// they are at, and begin nothing after it.
enum class JobsToCancel { all, waiting, uncharged };

// Where an engine waits while the loop goes on: an image does not wait for a lock that another
// process holds. Borrowed.
struct EngineThreads {
  DiskThread& disk;  // brings images to it
  DiskThread& locks; // of what all processes of the machine share
};

// Takes jobs through plan, policy, verification and attempts. Many jobs may be under way; all work
// happens in the loop, on one thread.
class Engine
{
public:
  // Client, threads and memory are borrowed and outlive the engine. `now`: the clocks that the
  // rates of gateways go by, which all processes of the machine share; everything else goes by the
  // loop's. `rates` outlives all jobs; null: the files of this machine.
  Engine(HttpClient& transport, const EngineThreads& threads, Learnt& learnt, EngineGround ground,
         std::function<RateTime()> now = rate_time_now, RateBook* rates = nullptr);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // What is begun from now on stands on this ground; what is under way ends on its own.
  void renew(EngineGround ground);

  // What would be tried of this job, in order, and at what cost each. Asks nobody.
  Forecast plan(const Job& job, const std::vector<Gateway>& gateways,
                const EngineOptions& options) const;

  // What it costs at most, beforehand: on the dearest of these gateways and their models. An image
  // counts once also where it may be charged for more than once.
  Cost estimate(const Job& job, const std::vector<Gateway>& gateways,
                const EngineOptions& options) const;

  // The models that these gateways would be asked for, each once: of every one the user's for this
  // run, else its own, else the settings'. Asks nobody.
  std::vector<std::string> models(const std::vector<Gateway>& gateways,
                                  const EngineOptions& options) const;

  // What the user allowed: for this job, or for all in limn.yaml.
  DuplicateCharge duplicate_charge(DuplicateCharge of_job) const;

  // For the history: a request that was made without a job of the engine, as it stands now.
  void note(PastAttempt attempt);

  // Asks these gateways for their models, all at once: for `models` if there are any, else for
  // those of the gateway, else of the settings, the first one that it lists. Costs nothing.
  // `answered` is called once, from the loop, in their order; with all that they list where the ids
  // are kept.
  void verify(const std::vector<Gateway>& gateways, const std::vector<std::string>& models,
              std::function<void(std::vector<VerifiedGateway>)> answered,
              ListedIds ids = ListedIds::dropped);

  // Forgets what was learnt of these gateways, and the pauses that they asked for, now and on the
  // disk; returns how many facts and pauses that were.
  Result<std::size_t> forget(const std::vector<Gateway>& gateways);

  // The same for all that was ever known; pauses only of `gateways`.
  Result<std::size_t> forget_all(const std::vector<Gateway>& gateways);

  // How long requests took that were like this attempt, with a quality that was asked for (empty:
  // the attempt's own). `told` is called later, from the loop; never where no history is kept.
  void usual_time(const Attempt& attempt, const std::string& quality,
                  std::function<void(UsualTime)> told) const;

  // Begins a job, from the loop. The listener is borrowed until it was told that the job is
  // finished.
  JobId start(JobOrder order, JobListener& listener);

  // Ends the job with FailureClass::cancelled, through its listener. One that is finished is
  // ignored.
  void cancel(JobId id);

  // Ends those of the jobs under way.
  void cancel(JobsToCancel which);

private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
