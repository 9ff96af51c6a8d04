#include "cli/draw.hpp"

#include "cli/embedded_sandbox.hpp"
#include "cli/job_options.hpp"
#include "cli/kept_names.hpp"
#include "cli/option_value.hpp"
#include "cli/prompt.hpp"
#include "cli/report.hpp"
#include "cli/run_job.hpp"
#include "engine/forecast.hpp"
#include "job/envelope.hpp"
#include "job/job_check.hpp"
#include "job/job_output.hpp"
#include "job/paths.hpp"
#include "job/picture_view.hpp"
#include "job/standard_output.hpp"
#include "settings/rules.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_most_quoted = 60; // of a prompt

// "1024x1024, high"
std::string picture_text(const PlannedAttempt& attempt)
{
  const auto size = attempt.size.empty() ? "no size" : attempt.size;
  return attempt.quality().empty() ? size : fmt::format("{}, {}", size, attempt.quality());
}

// What would be tried, in order, and what it would cost, without asking anyone.
Result<int> dry_run(Session& session, const GenerateOptions& options,
                    const std::vector<Gateway>& gateways)
{
  const auto plan = session.host().engine().plan(options.job, gateways, options.engine);
  for (const auto& notice : plan.notices) {
    session.terminal().say(LogLevel::info, notice);
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
    first = first.value_or(attempt.cost);
    if (session.options().format == ReportFormat::text) {
      session.out().line(
        fmt::format("{} ({}) · {} · {} · {} · {}", attempt.gateway.name, attempt.gateway.base_url,
                    attempt.provider, attempt.model, picture_text(attempt),
                    attempt.gateway.costs_nothing ? k_sandbox_cost : cost_text(attempt.cost)));
    }
    json.begin_object();
    json.member("gateway", attempt.gateway.name);
    json.member("base_url", attempt.gateway.base_url);
    json.member("provider", attempt.provider);
    json.member("model", attempt.model);
    json.optional_member("size", attempt.size);
    json.optional_member("quality", attempt.quality());
    json.key("cost");
    write_cost(json, attempt.cost);
    json.end_object();
  }
  json.end_array();
  json.key("cost");
  write_cost(json, first.value_or(Cost{Cost::Basis::unknown, 0}));
  json.end_object();
  if (session.options().format == ReportFormat::json) {
    session.out().json(json);
  }
  return 0;
}

// What was saved is there whatever becomes of its picture: it comes last.
void show_pictures(Session& session, PictureView& pictures, const JobOutcome& outcome)
{
  if (!pictures.shows() || !session.out().flush()) {
    return;
  }
  for (const auto& image : outcome.images) {
    pictures.show(image.path);
  }
}

// Before it is begun: this was not asked for in so many words.
void tell_cost(Session& session, const GenerateOptions& options,
               const std::vector<Gateway>& gateways)
{
  const auto& job = options.job;
  const bool is_free = std::ranges::all_of(gateways, &Gateway::costs_nothing);
  const auto plan = session.host().engine().plan(job, gateways, options.engine);
  session.terminal().say(LogLevel::info,
                         fmt::format("\"{}\"{}{} · {}", shortened(job.prompt, k_most_quoted),
                                     job.size.empty() ? "" : " · " + job.size,
                                     job.count <= 1 ? "" : fmt::format(" · {} images", job.count),
                                     is_free ? k_sandbox_cost : cost_text(dearest(plan))));
}

Result<int> draw_on(Session& session, GenerateOptions options, Announce announce)
{
  options.job.partial_images = options.partial_images.value_or(session.settings().partial_images);
  LIMN_TRY_ASSIGN(auto output, JobOutput::choose(session, options));
  std::optional<EmbeddedSandbox> embedded;
  std::vector<Gateway> gateways;
  if (options.sandbox) {
    LIMN_TRY_ASSIGN(embedded, start_sandbox(session.loop()));
    gateways.push_back(embedded->gateway);
  } else {
    LIMN_TRY_ASSIGN(gateways, session.host().gateways(options.gateways));
  }
  LIMN_TRY(check_job(session, options, gateways));
  if (options.dry_run) {
    return dry_run(session, options, gateways);
  }
  if (announce == Announce::cost) {
    tell_cost(session, options, gateways);
  }
  if (!output.is_stdout()) {
    LIMN_TRY(check_standard_output());
  }
  LIMN_TRY_ASSIGN(const auto sink, output.open(session));
  if (options.remember == Remember::yes) {
    LIMN_TRY(set_preference(session.host().options().settings_files, "output.directory",
                            from_here(options.output_directory).string()));
  }
  PictureView pictures(session.terminal(), session.options(),
                       options.show.value_or(session.settings().show_pictures));
  const auto finished =
    run_job(session, options.job, gateways, *sink, options.engine, pictures, options.door);
  report(session.out(), session.terminal(), session.options(), finished.outcome,
         output.is_stdout() ? PathLines::omitted : PathLines::printed);
  if (!options.sandbox) {
    keep_names(session, options.gateways.empty() ? NamesOf::all : NamesOf::some, gateways);
  }
  if (output.is_file()) {
    show_pictures(session, pictures, finished.outcome);
  }
  return finished.status;
}

void add_picture_options(CLI::App& app, DrawText& text)
{
  app
    .add_option("--show", text.show,
                "show the picture in the terminal: auto (where it can), always or never (default: "
                "show of limn.yaml, auto)")
    ->type_name("WORD")
    ->check(takes({"auto", "always", "never"}))
    ->group(k_place);
  app
    .add_option("--partial", text.partial,
                "0 to 3 previews while an image is drawn; each costs what 100 image output tokens "
                "cost, also where none is shown (default: partial of limn.yaml, 0)")
    ->type_name("N")
    ->group(k_picture);
}

Done read_picture_options(const DrawText& text, GenerateOptions& options)
{
  if (!text.show.empty()) {
    options.show = show_pictures_from(text.show);
    if (!options.show) {
      return fail(FailureClass::usage,
                  fmt::format("show: '{}' is none of auto, always and never", text.show));
    }
  }
  if (text.partial && (*text.partial < 0 || *text.partial > k_most_partial_images)) {
    return fail(FailureClass::usage, fmt::format("partial: {} is not from 0 to {}", *text.partial,
                                                 k_most_partial_images));
  }
  options.partial_images = text.partial;
  return {};
}

} // namespace

void add_draw_options(CLI::App& app, DrawText& text)
{
  add_job_options(app, text.job, OutputFile::chosen);
  add_picture_options(app, text);
  app
    .add_flag("--dry-run", text.dry_run,
              "tell what would be tried, in order and at what cost, and ask nobody")
    ->group(k_limits);
  app
    .add_flag("--sandbox", text.sandbox,
              "draw with the built-in sandbox: no gateway, no key, no cost")
    ->group(k_artist);
}

Result<int> draw(const Invocation& invocation, const DrawText& text, std::string door,
                 Announce announce)
{
  LIMN_TRY_ASSIGN(auto options, finish_job(text.job));
  LIMN_TRY(read_picture_options(text, options));
  options.door = std::move(door);
  options.dry_run = text.dry_run;
  options.sandbox = text.sandbox;
  LIMN_TRY_ASSIGN(const auto session,
                  open_session(invocation, {Needed::all, options.engine.providers,
                                            options.sandbox ? Memory::none : Memory::kept}));
  return draw_on(*session, std::move(options), announce);
}

} // namespace limn
