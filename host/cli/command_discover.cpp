#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/kept_names.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "cli/verify.hpp"
#include "job/exit_status.hpp"
#include "job/gateway_listing.hpp"
#include "job/job_words.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

struct VerifyOptions {
  std::vector<std::string> gateways; // by name; empty: all
  std::vector<std::string> models;   // empty: each gateway's, else the settings'
};

constexpr std::string_view k_hosts = "ai_hosts.*"; // every host that is known, on or off

struct DiscoverOptions {
  bool hosts = false;
};

bool any_usable(const std::vector<Gateway>& gateways)
{
  return std::ranges::any_of(gateways, [](const Gateway& one) { return one.usable(); });
}

// Whether `wanted` is used as it was found there, and not only its URL from elsewhere.
bool is_used(const std::vector<Gateway>& used, const Gateway& wanted)
{
  return wanted.usable() && std::ranges::any_of(used, [&](const Gateway& one) {
           return one.usable() && one.base_url == wanted.base_url && one.key == wanted.key
                  && std::ranges::any_of(one.origins, [&](const std::string& origin) {
                       return std::ranges::find(wanted.origins, origin) != wanted.origins.end();
                     });
         });
}

Result<int> status_of_hosts(Session& session, const std::vector<Gateway>& found)
{
  if (any_usable(found)) {
    return 0;
  }
  if (session.options().format == ReportFormat::json) {
    return exit_status(FailureClass::no_gateway);
  }
  if (!found.empty()) {
    return fail(FailureClass::no_gateway,
                "nothing that the AI hosts here have configured can be used",
                "what stands above says why, of each");
  }
  return fail(FailureClass::no_gateway, "no AI host that limn knows is configured here",
              "docs/hosts.md says which files it looks for; a file elsewhere is named in "
              "limn.yaml, in settings.ai_hosts.files");
}

Result<int> discover_hosts(Session& session)
{
  const auto found = session.host().looked_through({std::string(k_hosts)});
  const auto& used = session.host().discovered().gateways;
  if (session.options().format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", any_usable(found.gateways));
    json.key("gateways");
    json.begin_array();
    for (const auto& gateway : found.gateways) {
      json.begin_object();
      write_gateway(json, gateway, session.host().learnt());
      json.flag("used", is_used(used, gateway));
      json.end_object();
    }
    json.end_array();
    json.end_object();
    session.out().json(json);
  } else {
    for (const auto& gateway : found.gateways) {
      for (const auto& line : gateway_lines(gateway, session.host().learnt())) {
        session.out().line(line);
      }
      if (gateway.usable()) {
        session.out().line(is_used(used, gateway) ? "  used" : "  not used");
      }
    }
  }
  return status_of_hosts(session, found.gateways);
}

Result<int> discover_gateways(Session& session)
{
  const auto& gateways = session.host().discovered().gateways;
  keep_names(session, NamesOf::all, gateways);
  if (session.options().format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", any_usable(gateways));
    json.key("gateways");
    json.begin_array();
    for (const auto& gateway : gateways) {
      json.begin_object();
      write_gateway(json, gateway, session.host().learnt());
      json.end_object();
    }
    json.end_array();
    json.end_object();
    session.out().json(json);
  } else {
    for (const auto& gateway : gateways) {
      for (const auto& line : gateway_lines(gateway, session.host().learnt())) {
        session.out().line(line);
      }
    }
  }
  const bool any = any_usable(gateways);
  if (!any && session.options().format == ReportFormat::text) {
    LIMN_TRY(session.host().gateways({})); // its failure says what to do
  }
  return any ? 0 : exit_status(FailureClass::no_gateway);
}

Result<int> verify_gateways(Session& session, const VerifyOptions& options)
{
  LIMN_TRY_ASSIGN(const auto gateways, session.host().gateways(options.gateways));
  keep_names(session, options.gateways.empty() ? NamesOf::all : NamesOf::some, gateways);
  LIMN_TRY_ASSIGN(const auto verified, verify(session, gateways, options.models));
  const int status = status_of(verified, NotListed::bad);
  if (session.options().format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", status == 0);
    json.key("gateways");
    json.begin_array();
    for (const auto& one : verified) {
      json.begin_object();
      write_gateway(json, one.gateway, session.host().learnt());
      json.key("models");
      write_check(json, one.check);
      json.end_object();
    }
    json.end_array();
    json.end_object();
    session.out().json(json);
  } else {
    for (const auto& one : verified) {
      session.out().line(
        fmt::format("{}: {}", one.gateway.name, check_line(one.check, one.wanted)));
    }
  }
  return status;
}

} // namespace

Command discover_command()
{
  const auto options = std::make_shared<DiscoverOptions>();
  Command command{"discover", "list the gateways that are configured on this machine"};
  command.examples = {"limn discover", "limn discover --hosts", "limn discover --json"};
  command.add_options = [options](CLI::App& app) {
    app.add_flag("--hosts", options->hosts,
                 "list instead what the files of all AI hosts that limn knows would give; used is "
                 "what sources of limn.yaml names");
  };
  command.run = [options](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(const auto session, open_session(invocation, {Needed::sources, {}}));
    return options->hosts ? discover_hosts(*session) : discover_gateways(*session);
  };
  return command;
}

Command verify_command()
{
  const auto options = std::make_shared<VerifyOptions>();
  Command command{"verify", "ask all gateways, or these, for the model; costs nothing"};
  command.examples = {"limn verify", "limn verify work,home -m gpt-image-2"};
  command.add_options = [options](CLI::App& app) {
    app.add_option("gateway", options->gateways, "names of gateways, also a,b (default: all)")
      ->option_text("...")
      ->check(takes(ValueKind::gateways));
    app
      .add_option("-m,--model", options->models,
                  "the model to ask for; may be repeated, or a,b: the first one that is listed "
                  "(default: model of limn.yaml, gpt-image-2)")
      ->type_name("ID")
      ->allow_extra_args(false)
      ->check(k_not_empty)
      ->check(takes(ValueKind::models));
  };
  command.run = [options](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(const auto session, open_session(invocation, {Needed::sources, {}}));
    LIMN_TRY_ASSIGN(options->gateways, read_names("gateway", options->gateways));
    LIMN_TRY_ASSIGN(options->models, read_names("model", options->models));
    return verify_gateways(*session, *options);
  };
  return command;
}

} // namespace limn
