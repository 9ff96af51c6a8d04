#include "cli/commands.hpp"
#include "cli/embedded_sandbox.hpp"
#include "cli/job_options.hpp"
#include "cli/report.hpp"
#include "cli/run_job.hpp"
#include "engine/forecast.hpp"
#include "job/envelope.hpp"
#include "job/job_output.hpp"
#include "job/paths.hpp"
#include "job/standard_output.hpp"
#include "loop/epoll_loop.hpp"
#include "price/picture_cost.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

Cost estimate_of(const PlannedAttempt& attempt, const Job& whole, const Settings& settings)
{
  if (attempt.gateway.costs_nothing) {
    return {};
  }
  auto job = whole;
  job.size = attempt.size;
  const auto& left_out = attempt.left_out;
  if (std::find(left_out.begin(), left_out.end(), "quality") != left_out.end()) {
    job.quality.clear();
  }
  return estimated_cost(settings.prices, attempt.model, job);
}

// What would be tried, in order, and what it would cost, without asking anyone.
Result<int> dry_run(Session& session, Learnt& learnt, const GenerateOptions& options,
                    const std::vector<Gateway>& gateways)
{
  LIMN_TRY_ASSIGN(const auto loop, epoll_loop());
  const auto plan = forecast(options.job, gateways, options.engine, session.registry(), learnt,
                             session.settings(), *loop);
  for (const auto& notice : plan.notices) {
    session.console().say(LogLevel::info, notice);
  }
  if (plan.attempts.empty() && plan.problem) {
    return fail(*plan.problem);
  }
  std::optional<Cost> first;
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.flag("dry_run", true);
  json.key("plan");
  json.begin_array();
  for (const auto& attempt : plan.attempts) {
    const auto cost = estimate_of(attempt, options.job, session.settings());
    first = first.value_or(cost);
    if (session.options().format == ReportFormat::text) {
      session.console().result(fmt::format(
        "{} ({}) · {} · {} · {} · {}", attempt.gateway.name, attempt.gateway.base_url,
        attempt.provider, attempt.model, attempt.size.empty() ? "no size" : attempt.size,
        attempt.gateway.costs_nothing ? k_sandbox_cost : cost_text(cost)));
    }
    json.begin_object();
    json.member("gateway", attempt.gateway.name);
    json.member("base_url", attempt.gateway.base_url);
    json.member("provider", attempt.provider);
    json.member("model", attempt.model);
    json.optional_member("size", attempt.size);
    json.key("cost");
    write_cost(json, cost);
    json.end_object();
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
  auto& learnt = forgetful ? *forgetful : session.learnt();
  if (options.dry_run) {
    return dry_run(session, learnt, options, gateways);
  }
  if (!output.is_stdout()) {
    LIMN_TRY(check_standard_output());
  }
  LIMN_TRY_ASSIGN(const auto store, output.open(session.console()));
  if (options.remember == Remember::yes) {
    LIMN_TRY(set_preference(session.files(), "output.directory",
                            from_here(options.output_directory).string()));
  }
  LIMN_TRY_ASSIGN(const auto finished,
                  run_job(session, learnt, options.job, gateways, store, options.engine));
  if (!forgetful) {
    if (const auto saved = learnt.save(); !saved) {
      session.console().say(LogLevel::warning, saved.error().message);
    }
  }
  report(session.console(), session.options(), finished.outcome,
         output.is_stdout() ? PathLines::omitted : PathLines::printed);
  return finished.status;
}

} // namespace

Command generate_command()
{
  struct Text {
    JobText job;
    bool dry_run = false;
    bool sandbox = false;
  };
  const auto text = std::make_shared<Text>();
  Command command{"generate", "draw a picture"};
  command.add_options = [text](CLI::App& app) {
    app.add_option("prompt", text->job.prompt, "what to draw; - reads it from standard input")
      ->required();
    add_job_options(app, text->job, OutputFile::chosen);
    app.add_flag("--dry-run", text->dry_run,
                 "tell what would be tried, in order and at what cost, and ask nobody");
    app.add_flag("--sandbox", text->sandbox,
                 "draw with the built-in sandbox: no gateway, no key, no cost");
  };
  command.run = [text](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(auto options, finish_job(std::move(text->job)));
    options.dry_run = text->dry_run;
    options.sandbox = text->sandbox;
    LIMN_TRY_ASSIGN(const auto session,
                    open_session(invocation, {Needed::all, options.engine.providers}));
    return generate(*session, options);
  };
  return command;
}

} // namespace limn
