#include "codec/picture_cost.hpp"
#include "commands.hpp"
#include "embedded_sandbox.hpp"
#include "envelope.hpp"
#include "fallback/plan.hpp"
#include "job_output.hpp"
#include "paths.hpp"
#include "report.hpp"
#include "run_job.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

// What would be tried, in order, and what it would cost, without asking anyone.
int dry_run(Session& session, const GenerateOptions& options, const std::vector<Gateway>& gateways)
{
  const auto& settings = session.settings();
  const auto sizes = size_ladder(options.job.size, settings.fallback_sizes);
  std::optional<Cost> first;
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.flag("dry_run", true);
  json.key("plan");
  json.begin_array();
  for (const auto& gateway : gateways) {
    const auto& providers = !options.engine.providers.empty() ? options.engine.providers
                            : !gateway.providers.empty()      ? gateway.providers
                                                              : settings.providers;
    const auto& models = !options.engine.models.empty() ? options.engine.models
                         : !gateway.models.empty()      ? gateway.models
                                                        : settings.models;
    for (const auto& provider : providers) {
      for (const auto& size : sizes) {
        auto job = options.job;
        job.size = size;
        const auto cost = estimated_cost(settings.prices, models.front(), job);
        first = first.value_or(cost);
        if (session.options().format == ReportFormat::text) {
          session.console().result(fmt::format("{} ({}) · {} · {} · {} · {}", gateway.name,
                                               gateway.base_url, provider, models.front(),
                                               size.empty() ? "any size" : size, cost_text(cost)));
        }
        json.begin_object();
        json.member("gateway", gateway.name);
        json.member("base_url", gateway.base_url);
        json.member("provider", provider);
        json.member("model", models.front());
        json.optional_member("size", size);
        json.key("cost");
        write_cost(json, cost);
        json.end_object();
      }
    }
  }
  json.end_array();
  json.key("cost");
  write_cost(json, first.value_or(Cost{Cost::Basis::unknown, 0}));
  json.end_object();
  if (session.options().format == ReportFormat::json) {
    session.console().result(json.str());
  }
  return 0;
}

} // namespace

Result<int> generate(Session& session, const GenerateOptions& options)
{
  LIMN_TRY_ASSIGN(auto output, JobOutput::choose(session, options));
  std::optional<EmbeddedSandbox> embedded;
  std::vector<Gateway> gateways;
  // What a sandbox teaches is gone with it.
  std::optional<Learnt> forgetful;
  if (options.sandbox) {
    LIMN_TRY_ASSIGN(embedded, start_sandbox());
    gateways.push_back(embedded->gateway);
    std::string warning;
    forgetful.emplace(Learnt::load({}, warning));
  } else {
    LIMN_TRY_ASSIGN(gateways, session.gateways(options.gateways));
  }
  if (options.dry_run) {
    return dry_run(session, options, gateways);
  }
  LIMN_TRY_ASSIGN(const auto store, output.open(session.console()));
  if (options.remember == Remember::yes) {
    LIMN_TRY(set_preference(session.files(), "output.directory",
                            from_here(options.output_directory).string()));
  }
  auto& learnt = forgetful ? *forgetful : session.learnt();
  LIMN_TRY_ASSIGN(const auto outcome,
                  run_job(session, learnt, options.job, gateways, store, options.engine));
  if (!forgetful) {
    if (const auto saved = learnt.save(); !saved) {
      session.console().say(LogLevel::warning, saved.error().message);
    }
  }
  return report(session.console(), session.options(), outcome,
                output.is_stdout() ? PathLines::omitted : PathLines::printed);
}

} // namespace limn
