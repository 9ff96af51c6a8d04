#include "serve/image_call.hpp"

#include "base/digest.hpp"
#include "engine/engine.hpp"
#include "job/job_check.hpp"
#include "job/job_text.hpp"
#include "work/places.hpp"
#include "work/work_order.hpp"

#include <initializer_list>
#include <span>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::hours k_named_for{24};

// Of several texts none of which has a line break, in order.
std::string digest_of_lines(std::initializer_list<std::string_view> texts)
{
  Sha256 digest;
  for (const auto text : texts) {
    digest.update(std::as_bytes(std::span(text)));
    digest.update(std::as_bytes(std::span(std::string_view("\n"))));
  }
  return digest.hex();
}

EqualJobs equal_jobs_of(const ImageCall& call, ServeSettings::Join join)
{
  using Join = ServeSettings::Join;
  return join == Join::always  ? EqualJobs::answer
         : join == Join::never ? EqualJobs::never_answer
         : call.is_repeat      ? EqualJobs::of_a_repeat
                               : EqualJobs::if_unheard;
}

// The job of a call, and in `meant` what makes it equal to another one.
JobText job_of(const ImageCall& call, const std::vector<std::string>& configured, JobText& meant)
{
  auto job = call.wanted.job;
  job.count = job.count.value_or(1); // whatever the settings say: their clients read no more
  if (!job.models.empty()) {
    auto model = model_meant(job.models.front(), configured);
    job.models = model.empty() ? std::vector<std::string>() : std::vector{std::move(model)};
  }
  meant = job;
  for (const auto& input : call.inputs) {
    job.inputs.push_back(input.file);
    meant.inputs.push_back(input.sha256);
  }
  if (call.mask) {
    job.mask = call.mask->file;
    meant.mask = call.mask->sha256;
  }
  return job;
}

} // namespace

Result<JobRequest> request_of(const ImageCall& call, Session& session,
                              const ServeSettings& settings, const std::vector<Gateway>& gateways,
                              const std::vector<std::string>& names)
{
  auto& host = session.host();
  WorkOrder order;
  JobText meant;
  const auto models = models_for(call.caller, host.engine().models(gateways, {}));
  LIMN_TRY(hold_to(settings, call.wanted));
  order.job = job_of(call, models, meant);
  LIMN_TRY(hold_to(call.caller, models, order.job));
  std::vector<Failure> mistakes;
  auto options = read_job(order.job, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  LIMN_TRY(suit_to_gateways(host, options, gateways));
  if (holds_key(order.job, session.redactor())) {
    return fail(FailureClass::usage, "a key of this machine stands in the request",
                "nothing was asked for; leave it out");
  }
  options.job.partial_images = order.previews = call.wanted.previews;
  const auto folder = usual_folder(host.settings());
  order.job.gateways = names;
  order.job.directory = folder.string();
  order.places.to_write = {folder};
  if (call.stage) {
    order.inputs_folder = call.stage->folder();
    order.places.to_read = {order.inputs_folder};
  }
  order.hops = call.hops + 1;
  order.digest = ImageDigest::none; // as of limn generate: the API has no place for it
  JobRequest request;
  request.fingerprint =
    digest_of_lines({call.caller.key, call.route, fingerprint_with_digests(meant)});
  request.door = k_serve_door;
  request.estimate = host.engine().estimate(options.job, gateways, options.engine);
  put_limits(request, order.job, call.caller, settings);
  request.order = to_json(order);
  request.images = options.job.count;
  request.is_listened_to = true;
  request.equal_jobs = equal_jobs_of(call, settings.join);
  if (!call.idempotency_key.empty()) {
    request.request_id = digest_of_lines({call.caller.key, call.route, call.idempotency_key});
    request.named_for = k_named_for;
    request.equal_jobs = EqualJobs::never_answer;
  }
  return request;
}

} // namespace limn
