#include "base/display_width.hpp"
#include "base/json_writer.hpp"
#include "base/terminal_text.hpp"
#include "cli/commands.hpp"
#include "cli/kept_names.hpp"
#include "cli/option_value.hpp"
#include "cli/verify.hpp"
#include "gateways/models_list.hpp"
#include "job/envelope.hpp"
#include "job/gateway_listing.hpp"
#include "job/job_words.hpp"
#include "job/window.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

struct ModelsText {
  std::vector<std::string> gateways;
  bool all = false;
};

struct ListedModel {
  std::string id;
  bool draws = false;
  bool is_asked_for = false; // what a job that names none would ask for
  Cost cost;                 // of one picture as it would be asked for now
};

struct ListedGateway {
  VerifiedGateway verified;
  std::vector<ListedModel> models; // in the order of the list
  std::size_t drawing = 0;         // so many of all that it lists
};

// The id that a job which names no model would ask for; empty: none of the wanted ones is listed.
std::string asked_for(const VerifiedGateway& one)
{
  switch (one.check.state) {
  case ModelCheck::State::listed:
    return one.check.model;
  case ModelCheck::State::no_list:
    return one.wanted.front();
  case ModelCheck::State::not_listed:
  case ModelCheck::State::failed:
    break;
  }
  return {};
}

ListedGateway listed(const Engine& engine, VerifiedGateway verified, bool all)
{
  ListedGateway gateway;
  const auto used = asked_for(verified);
  for (auto& id : verified.check.ids) {
    ListedModel model;
    EngineOptions options;
    options.models = {id};
    model.cost = engine.estimate({.count = 1}, {verified.gateway}, options);
    model.is_asked_for = id == used;
    model.draws = model.is_asked_for || draws_by_its_name(id) || model.cost.is_known();
    model.id = std::move(id);
    gateway.drawing += model.draws ? 1 : 0;
    if (all || model.draws) {
      gateway.models.push_back(std::move(model));
    }
  }
  gateway.verified = std::move(verified);
  return gateway;
}

std::string heading(const ListedGateway& gateway)
{
  const auto& [asked, wanted, check] = gateway.verified;
  const auto has_list =
    check.state == ModelCheck::State::listed || check.state == ModelCheck::State::not_listed;
  if (!has_list) {
    return fmt::format("{}: {}", asked.name, check_line(check, wanted));
  }
  return fmt::format("{}: {} of {} model{} draw{}; {}", asked.name, gateway.drawing, check.count,
                     check.count == 1 ? "" : "s", gateway.drawing == 1 ? "s" : "",
                     check.state == ModelCheck::State::listed
                       ? fmt::format("{} would be asked for", check.model)
                       : not_listed_text(check, wanted));
}

// "* gpt-image-2   about $0.0527 (estimate)"
std::string model_line(const ListedModel& model, int id_columns, std::optional<int> columns)
{
  const auto id = elided(terminal_safe(model.id), id_columns, Cut::middle);
  const auto cost = model.cost.is_known() ? cost_text(model.cost) : std::string();
  const auto gap = cost.empty() ? 0 : std::max(0, id_columns - display_width(id)) + 2;
  const auto line =
    fmt::format("{} {}{}{}", model.is_asked_for ? '*' : ' ', id, std::string(gap, ' '), cost);
  return columns ? elided(line, *columns, Cut::end) : line;
}

// As wide as the widest id; on a terminal they leave room for what a picture costs.
int id_columns(const ListedGateway& gateway, std::optional<int> columns)
{
  constexpr int k_mark = 2;
  constexpr int k_least = 16;
  int widest = 0;
  int cost = 0;
  for (const auto& model : gateway.models) {
    widest = std::max(widest, display_width(terminal_safe(model.id)));
    cost = std::max(cost, model.cost.is_known() ? display_width(cost_text(model.cost)) + 2 : 0);
  }
  return columns ? std::min(widest, std::max(k_least, *columns - k_mark - cost)) : widest;
}

void write(JsonWriter& json, const ListedGateway& gateway)
{
  const auto& [asked, wanted, check] = gateway.verified;
  json.begin_object();
  json.member("name", asked.name);
  json.member("base_url", asked.base_url);
  json.member("state", state_name(check));
  json.optional_member("model", asked_for(gateway.verified));
  json.member("count", static_cast<std::int64_t>(check.count));
  json.key("models");
  json.begin_array();
  for (const auto& model : gateway.models) {
    json.begin_object();
    json.member("id", model.id);
    json.flag("draws", model.draws);
    json.key("cost");
    write_cost(json, model.cost);
    json.end_object();
  }
  json.end_array();
  const auto failure = check.failure.value_or(Failure());
  json.optional_member("message", failure.message);
  json.optional_member("hint", failure.hint);
  json.member("http_status", static_cast<std::int64_t>(check.http_status));
  json.member("elapsed_ms", static_cast<std::int64_t>(check.elapsed.count()));
  json.end_object();
}

void print(Session& session, const ListedGateway& gateway)
{
  const auto columns = terminal_columns(STDOUT_FILENO);
  const int wide = id_columns(gateway, columns);
  session.out().line(heading(gateway));
  for (const auto& model : gateway.models) {
    session.out().line(model_line(model, wide, columns));
  }
}

// For names.json. Some gateways quote the key that they were asked with.
std::vector<std::string> drawing_ids(const ListedGateway& gateway, const Redactor& redactor)
{
  std::vector<std::string> ids;
  for (const auto& model : gateway.models) {
    if (model.draws && redactor.redact(model.id) == model.id) {
      ids.push_back(model.id);
    }
  }
  return ids;
}

Result<int> list_models(Session& session, const ModelsText& text)
{
  LIMN_TRY_ASSIGN(const auto names, read_names("gateway", text.gateways));
  LIMN_TRY_ASSIGN(const auto gateways, session.host().gateways(names));
  LIMN_TRY_ASSIGN(auto verified, verify(session, gateways, {}, ListedIds::kept));
  const int status = status_of(verified, NotListed::fine);
  JsonWriter json;
  json.begin_object();
  json.flag("ok", status == 0);
  json.key("gateways");
  json.begin_array();
  KnownNames known;
  for (auto& one : verified) {
    const auto gateway = listed(session.host().engine(), std::move(one), text.all);
    if (!gateway.models.empty()) {
      known[gateway.verified.gateway.name] = drawing_ids(gateway, session.redactor());
    }
    if (session.options().format == ReportFormat::json) {
      write(json, gateway);
    } else {
      print(session, gateway);
    }
  }
  json.end_array();
  json.end_object();
  keep_names(session, names.empty() ? NamesOf::all : NamesOf::some, gateways, known);
  if (session.options().format == ReportFormat::json) {
    session.out().json(json);
  }
  return status;
}

} // namespace

Command models_command()
{
  const auto text = std::make_shared<ModelsText>();
  Command command{"models", "list the models that gateways have, and what a picture costs; asks "
                            "for nothing that costs"};
  command.examples = {"limn models", "limn models work --all"};
  command.add_options = [text](CLI::App& app) {
    app.add_option("gateway", text->gateways, "names of gateways, also a,b (default: all)")
      ->option_text("...")
      ->check(takes(ValueKind::gateways));
    app.add_flag("--all", text->all,
                 "also those that do not draw: of them no price is known, and their names do not "
                 "look like it");
  };
  command.run = [text](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(const auto session, open_session(invocation, {Needed::sources, {}}));
    return list_models(*session, *text);
  };
  return command;
}

} // namespace limn
