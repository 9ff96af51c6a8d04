#include "queue/lane/lane_plan.hpp"

#include "base/contains.hpp"
#include "engine/met_gateway.hpp"
#include "price/batch_price.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <variant>

namespace limn {

namespace {

constexpr const char* k_by_usual_lane = "add it without --lane batch";

Result<PlannedAttempt> planned_for_lane(EngineHost& host, const Job& job,
                                        const std::vector<Gateway>& gateways,
                                        const EngineOptions& options)
{
  auto forecast = host.engine().plan(job, gateways, options);
  if (!forecast.attempts.empty()) {
    return std::move(forecast.attempts.front());
  }
  if (forecast.problem) {
    return fail(std::move(*forecast.problem));
  }
  return fail(FailureClass::no_gateway, "no gateway can be asked for it by a batch");
}

Result<std::string> body_for_lane(Provider& provider, LanePlan& plan)
{
  const GatewayView view{plan.gateway.name, plan.gateway.base_url, plan.model,
                         &plan.gateway.settings};
  LIMN_TRY_ASSIGN(auto dialogue, provider.open(plan.job, view, plan.left_out));
  LIMN_TRY_ASSIGN(const auto step, dialogue.next());
  const auto* send = std::get_if<SendStep>(&step);
  const bool fits = send != nullptr && send->request.method == "POST"
                    && send->request.target.empty() && !send->request.multipart
                    && send->request.parts.size() == 1
                    && send->request.parts.front().kind == LIMN_PART_TEXT;
  if (!fits) {
    return fail(FailureClass::usage, "its request is no line of a batch", k_by_usual_lane);
  }
  plan.path = send->request.path;
  return send->request.parts.front().text;
}

} // namespace

Result<LanePlan> lane_plan(EngineHost& host, const Job& job, const std::vector<Gateway>& gateways,
                           EngineOptions options)
{
  if (!job.inputs.empty()) {
    return fail(FailureClass::usage, "a line of a batch carries no images to work from",
                k_by_usual_lane);
  }
  if (!options.providers.empty() && !contains(options.providers, std::string(k_lane_provider))) {
    return fail(FailureClass::usage,
                fmt::format("only the provider {} asks by batches", k_lane_provider),
                k_by_usual_lane);
  }
  std::vector<Gateway> taking;
  std::ranges::copy_if(gateways, std::back_inserter(taking), takes_batches);
  if (taking.empty()) {
    return fail(FailureClass::settings, "none of its gateways takes batches",
                "`batches: true` of a gateway in limn.yaml says that it has OpenAI's Batch API");
  }
  options.providers = {std::string(k_lane_provider)};
  auto asked = job;
  asked.partial_images = 0;
  LIMN_TRY_ASSIGN(auto planned, planned_for_lane(host, asked, taking, options));
  LIMN_TRY_ASSIGN(auto* const provider, host.registry().provider(k_lane_provider));
  LanePlan plan;
  plan.gateway = std::move(planned.gateway);
  LIMN_TRY(meet(plan.gateway, std::string(k_lane_provider), host.registry()));
  plan.model = std::move(planned.model);
  plan.job = std::move(planned.job);
  plan.job.size = planned.size == "auto" ? "" : planned.size;
  plan.left_out = std::move(planned.left_out);
  const int most =
    contains(plan.left_out, std::string("n")) ? 1 : std::max(provider->capabilities().max_count, 1);
  if (plan.job.count > most) {
    return fail(FailureClass::usage,
                fmt::format("a line of a batch draws {} image{} at most, and {} are asked for",
                            most, most == 1 ? "" : "s", plan.job.count),
                "make several items of it");
  }
  LIMN_TRY_ASSIGN(plan.body, body_for_lane(*provider, plan));
  plan.cost = batch_price(planned.cost);
  if (options.max_cost && !(plan.cost.is_known() && plan.cost.amount <= *options.max_cost)) {
    return fail(FailureClass::usage,
                fmt::format("it costs {}, and its max_cost allows ${}", cost_text(plan.cost),
                            usd_decimal(*options.max_cost)));
  }
  return plan;
}

} // namespace limn
