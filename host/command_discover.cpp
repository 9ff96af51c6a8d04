#include "commands.hpp"
#include "discovery/verify.hpp"
#include "exit_status.hpp"
#include "fallback/rate_gate.hpp"
#include "gateway_listing.hpp"
#include "interrupt.hpp"
#include "json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

Result<int> discover_gateways(Session& session)
{
  const auto& gateways = session.discovered().gateways;
  if (session.options().format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", !gateways.empty());
    json.key("gateways");
    json.begin_array();
    for (const auto& gateway : gateways) {
      json.begin_object();
      write_gateway(json, gateway, session.learnt());
      json.end_object();
    }
    json.end_array();
    json.end_object();
    session.console().result(json.str());
  } else {
    for (const auto& gateway : gateways) {
      for (const auto& line : gateway_lines(gateway, session.learnt())) {
        session.console().result(line);
      }
    }
  }
  const bool any =
    std::any_of(gateways.begin(), gateways.end(), [](const Gateway& one) { return one.usable(); });
  if (!any && session.options().format == ReportFormat::text) {
    LIMN_TRY(session.gateways({})); // its failure says what to do
  }
  return any ? 0 : exit_status(FailureClass::no_gateway);
}

Result<int> verify_gateways(Session& session, const std::vector<std::string>& names)
{
  LIMN_TRY_ASSIGN(const auto gateways, session.gateways(names));
  std::vector<ModelCheck> checks(gateways.size());
  std::size_t open = gateways.size();
  const InterruptPipe interrupt;
  bool interrupted = false;
  LIMN_TRY_ASSIGN(const auto transport,
                  session.transport(interrupt.fd(), [&] { interrupted = true; }));
  std::vector<std::unique_ptr<ModelQuery>> queries;
  for (std::size_t i = 0; i < gateways.size(); ++i) {
    const auto& models =
      gateways[i].models.empty() ? session.settings().models : gateways[i].models;
    queries.push_back(std::make_unique<ModelQuery>(
      *transport, gateways[i], models, session.settings().failure_words,
      session.settings().limits.max_json_depth, [&checks, &open, i](ModelCheck check) {
        checks[i] = std::move(check);
        --open;
      }));
  }
  transport->run([&] { return open == 0 || interrupted; });
  queries.clear();
  if (interrupted) {
    return fail(FailureClass::cancelled, "interrupted");
  }

  const bool all_good = std::all_of(checks.begin(), checks.end(), [](const ModelCheck& check) {
    return check.state == ModelCheck::State::listed || check.state == ModelCheck::State::no_list;
  });
  if (session.options().format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", all_good);
    json.key("gateways");
    json.begin_array();
    for (std::size_t i = 0; i < gateways.size(); ++i) {
      json.begin_object();
      write_gateway(json, gateways[i], session.learnt());
      json.key("models");
      write_check(json, checks[i]);
      json.end_object();
    }
    json.end_array();
    json.end_object();
    session.console().result(json.str());
  } else {
    for (std::size_t i = 0; i < gateways.size(); ++i) {
      session.console().result(fmt::format("{}: {}", gateways[i].name, check_line(checks[i])));
    }
  }
  if (all_good) {
    return 0;
  }
  for (const auto& check : checks) {
    if (check.state == ModelCheck::State::failed || check.state == ModelCheck::State::not_listed) {
      return exit_status(check.failure ? check.failure->failure_class : FailureClass::model);
    }
  }
  return 0;
}

Result<int> forget(Session& session, const std::vector<std::string>& names)
{
  auto& learnt = session.learnt();
  std::size_t count = 0;
  RateGate gate({rate_time_now, [](std::chrono::milliseconds, const std::function<void()>&) {}},
                rate_folder(learnt.folder()));
  if (names.empty()) {
    count = learnt.forget_all();
    for (const auto& gateway : session.discovered().gateways) {
      count += gate.reopen(gateway) ? 1 : 0;
    }
  }
  for (const auto& name : names) {
    const auto& all = session.discovered().gateways;
    const auto found =
      std::find_if(all.begin(), all.end(), [&](const Gateway& one) { return one.name == name; });
    if (found == all.end()) {
      LIMN_TRY(session.gateways({name})); // its failure names the nearest one
    } else {
      count += learnt.forget(*found) + (gate.reopen(*found) ? 1 : 0);
    }
  }
  LIMN_TRY(learnt.save());
  if (session.options().format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("forgotten", static_cast<std::int64_t>(count));
    json.end_object();
    session.console().result(json.str());
  } else {
    session.console().say(LogLevel::info,
                          fmt::format("{} thing{} forgotten", count, count == 1 ? "" : "s"));
  }
  return 0;
}

} // namespace limn
