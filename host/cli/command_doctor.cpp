#include "cli/commands.hpp"
#include "cli/findings.hpp"
#include "cli/job_options.hpp"
#include "cli/run_job.hpp"
#include "cli/verify.hpp"
#include "job/gateway_listing.hpp"
#include "job/job_check.hpp"
#include "job/job_output.hpp"
#include "job/standard_output.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <utility>

namespace limn {

namespace {

struct DoctorOptions {
  bool generate = false; // also the points that cost money
  GenerateOptions job;
};

void examine_models(const VerifiedGateway& one, Findings& findings)
{
  const auto& name = one.gateway.name;
  const auto& check = one.check;
  const std::string question = "GET /models answers 200";
  const std::string listed = "the model is listed";
  switch (check.state) {
  case ModelCheck::State::listed:
    findings.good(question,
                  fmt::format("{} model{} at {}", check.count, check.count == 1 ? "" : "s", name));
    findings.good(listed, fmt::format("{} has it as {}", name, check.model));
    return;
  case ModelCheck::State::not_listed:
    findings.good(question,
                  fmt::format("{} model{} at {}", check.count, check.count == 1 ? "" : "s", name));
    findings.bad(listed, {FailureClass::model,
                          fmt::format("{}: {}", name, not_listed_text(check, one.wanted))});
    return;
  case ModelCheck::State::no_list:
    if (check.takes_key) {
      findings.good(question, fmt::format("{} {}", name, no_list_text(check)));
    } else {
      findings.skipped(question, fmt::format("{} has no list of models ({})", name,
                                             check.http_status == 0 ? "by its protocol"
                                             : check.http_status / 100 != 2
                                               ? fmt::format("HTTP {}", check.http_status)
                                             : check.failure ? check.failure->message
                                                             : "the one that came is empty"));
    }
    findings.skipped(
      listed, fmt::format("nobody can tell for {}; a generation may work all the same", name));
    return;
  case ModelCheck::State::failed:
    auto failure = *check.failure;
    failure.message = fmt::format("{}: {}", name, failure.message);
    findings.bad(question, std::move(failure));
    findings.skipped(listed, fmt::format("{} gave no list", name));
    return;
  }
}

Done examine_generation(Session& session, DoctorOptions& options,
                        const std::vector<Gateway>& gateways, Findings& findings)
{
  const std::string answers = "a generation answers 200";
  const std::string has_image = "the answer holds an image";
  const std::string is_written = "the file is written";
  if (!options.generate) {
    for (const auto& name : {answers, has_image, is_written}) {
      findings.skipped(name, "not tried, since it costs money: limn doctor --generate tries it");
    }
    return {};
  }
  LIMN_TRY_ASSIGN(auto output, JobOutput::choose(session, options.job));
  if (output.is_stdout()) {
    return fail(FailureClass::usage, "doctor writes its findings to standard output, no image",
                "use -o FILE or -d DIR");
  }
  LIMN_TRY(check_standard_output());
  LIMN_TRY(check_job(session, options.job, gateways));
  const auto sink = output.open(session);
  if (!sink) {
    findings.skipped(answers, "nothing was asked for");
    findings.skipped(has_image, "nothing was asked for");
    findings.bad(is_written, sink.error());
    return {};
  }
  PictureView pictures(session.terminal(), session.options(), ShowPictures::never);
  const auto finished =
    run_job(session, options.job.job, gateways, **sink, options.job.engine, pictures, "doctor");
  const auto& outcome = finished.outcome;
  if (!outcome.failure) {
    const auto& image = outcome.images.front();
    findings.good(answers, fmt::format("{} through {}", outcome.gateway.name, outcome.provider));
    findings.good(has_image, fmt::format("{} {}, {} bytes", to_string(image.format),
                                         to_string(image.size), image.bytes));
    findings.good(is_written, image.path.string());
    session.out().tells_of(image.path);
    return {};
  }
  switch (outcome.failure->failure_class) {
  case FailureClass::not_saved:
    findings.good(answers, "");
    findings.good(has_image, "");
    findings.bad(is_written, *outcome.failure);
    return {};
  case FailureClass::no_image:
  case FailureClass::bad_image:
    findings.good(answers, "");
    findings.bad(has_image, *outcome.failure);
    findings.skipped(is_written, "there was no image to write");
    return {};
  default:
    findings.bad(answers, *outcome.failure);
    findings.skipped(has_image, "there was no answer to look into");
    findings.skipped(is_written, "there was no image to write");
    return {};
  }
}

Result<int> doctor(Session& session, DoctorOptions options)
{
  Findings findings;
  auto gateways = session.host().gateways(options.job.gateways);
  if (!gateways) {
    findings.bad("an API is configured", gateways.error());
  } else {
    std::vector<std::string> found;
    for (const auto& one : *gateways) {
      found.push_back(fmt::format("{} ({}, {})", one.name, one.base_url, one.origins.front()));
    }
    findings.good("an API is configured", fmt::format("{}", fmt::join(found, "; ")));
    LIMN_TRY_ASSIGN(const auto verified, verify(session, *gateways, options.job.engine.models));
    for (const auto& one : verified) {
      examine_models(one, findings);
    }
    LIMN_TRY(examine_generation(session, options, *gateways, findings));
  }
  print(session.out(), session.options().format, findings);
  return findings.exit_status();
}

} // namespace

Command doctor_command()
{
  struct Text {
    JobText job;
    bool generate = false;
  };
  const auto text = std::make_shared<Text>();
  text->job.prompt = "a small lighthouse at dusk, flat colours";
  Command command{"doctor", "check the whole way to an image, point by point"};
  command.examples = {"limn doctor", "limn doctor --generate -q low -o /tmp/lighthouse.png"};
  command.add_options = [text](CLI::App& app) {
    app.add_flag("--generate", text->generate, "generate an image too; costs money");
    add_job_options(app, text->job, OutputFile::chosen);
  };
  command.run = [text](const Invocation& invocation) -> Result<int> {
    DoctorOptions options;
    options.generate = text->generate;
    LIMN_TRY_ASSIGN(options.job, finish_job(text->job));
    LIMN_TRY_ASSIGN(const auto session,
                    open_session(invocation, {Needed::all, options.job.engine.providers}));
    return doctor(*session, std::move(options));
  };
  return command;
}

} // namespace limn
