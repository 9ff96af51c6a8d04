#include "job/job_check.hpp"

#include "engine/asked_job.hpp"
#include "engine/mask_check.hpp"
#include "price/model_id.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

bool all_of_family(const std::vector<std::string>& models, std::string_view name)
{
  return !models.empty() && std::all_of(models.begin(), models.end(), [=](const std::string& id) {
    return is_of_family(id, name);
  });
}

Done check_size(const SizeWish& wish, const std::vector<std::string>& models)
{
  const auto size = parse_size(wish.size);
  if (!size || wish.rules == SizeRules::waived || !all_of_family(models, "gpt-image-2")) {
    return {};
  }
  const auto broken = broken_size_rule(*size);
  if (!broken) {
    return {};
  }
  return fail(FailureClass::usage,
              fmt::format("{} is no size of {}: {}; the nearest is {}", wish.size, models.front(),
                          *broken, to_string(nearest_size(*size))),
              fmt::format("'{}!' asks for it all the same, where a gateway takes more", wish.size));
}

// A default size is held to the models of those that it holds for, as one that was said is to all.
Done check_default_size(const SizeWish& wish, const std::vector<std::string>& models,
                        std::string_view whose)
{
  auto done = check_size(wish, models);
  if (!done) {
    auto& failure = done.error();
    failure.failure_class = FailureClass::settings;
    failure.message = fmt::format("{}: {}", whose, failure.message);
    failure.hint += "; `limn config list` tells where it stands, and --size says another one";
  }
  return done;
}

Done check_default_sizes(const Engine& engine, const Settings& settings,
                         const GenerateOptions& options, const std::vector<Gateway>& gateways)
{
  std::vector<Gateway> others;
  for (const auto& gateway : gateways) {
    if (!gateway.defaults.size) {
      others.push_back(gateway);
      continue;
    }
    LIMN_TRY(check_default_size(*gateway.defaults.size, engine.models({gateway}, options.engine),
                                fmt::format("the default size of {}", gateway.name)));
  }
  return settings.defaults.size ? check_default_size(
           *settings.defaults.size, engine.models(others, options.engine), "defaults.size")
                                : Done();
}

// Whether one of them draws in a format of its own choice.
bool is_format_open(const Settings& settings, const Job& job, const std::vector<Gateway>& gateways)
{
  return std::ranges::any_of(gateways, [&](const Gateway& gateway) {
    return asked_job(job, gateway, {}, settings).output_format.empty();
  });
}

} // namespace

Done suit_to_models(GenerateOptions& options, const std::vector<std::string>& models)
{
  auto& quality = options.job.quality;
  if ((quality == "hd" || quality == "standard") && all_of_family(models, "gpt-image")) {
    const auto* const plain = quality == "hd" ? "high" : "medium";
    options.notices.push_back(
      fmt::format("the quality {} is called {} by {}", quality, plain, models.front()));
    quality = plain;
  }
  LIMN_TRY(check_mask_parts(options.job.inputs, models));
  return check_size({options.job.size, options.size_rules}, models);
}

Done suit_to_gateways(EngineHost& host, GenerateOptions& options,
                      const std::vector<Gateway>& gateways)
{
  auto& job = options.job;
  const auto& settings = host.settings();
  job.count = wanted_count(job, settings);
  LIMN_TRY(suit_to_models(options, host.engine().models(gateways, options.engine)));
  if (job.size.empty()) {
    LIMN_TRY(check_default_sizes(host.engine(), settings, options, gateways));
  }
  if (job.output_compression.value_or(k_no_loss) < k_no_loss
      && is_format_open(settings, job, gateways)) {
    options.notices.emplace_back(
      "compression is for jpeg and webp, and no format was asked for: most gateways draw png");
  }
  return {};
}

Done check_cost(Cost estimate, NanoUsd most)
{
  if (!estimate.is_known()) {
    return fail(unknown_cost());
  }
  if (estimate.amount <= most) {
    return {};
  }
  return fail(
    FailureClass::usage,
    fmt::format("this costs {}, and --max-cost allows ${}", cost_text(estimate), usd_decimal(most)),
    "nobody was asked; allow more, or ask for a lower quality, a smaller size or fewer "
    "images");
}

Failure unknown_cost()
{
  return {FailureClass::usage, "what it costs is not known beforehand",
          "give its model a price for a picture, prices: {MODEL: {image: 0.04}} in limn.yaml, or "
          "leave out --max-cost"};
}

Result<NanoUsd> read_usd_text(std::string_view name, std::string_view text)
{
  const auto amount = parse_usd(text);
  if (!amount) {
    return fail(FailureClass::usage, fmt::format("{}: '{}' is no amount of US dollars", name, text),
                "write it like 2.50");
  }
  return *amount;
}

Result<std::optional<NanoUsd>> read_usd_option(std::string_view name,
                                               const std::optional<std::string>& text)
{
  if (!text) {
    return std::optional<NanoUsd>();
  }
  LIMN_TRY_ASSIGN(const auto amount, read_usd_text(name, *text));
  return std::optional(amount);
}

Done check_job(Session& session, GenerateOptions& options, const std::vector<Gateway>& gateways)
{
  auto& engine = session.host().engine();
  LIMN_TRY(suit_to_gateways(session.host(), options, gateways));
  options.engine.max_cost = options.max_cost;
  if (options.max_cost) {
    LIMN_TRY(check_cost(engine.estimate(options.job, gateways, options.engine), *options.max_cost));
  }
  for (const auto& notice : options.notices) {
    session.terminal().say(LogLevel::info, notice);
  }
  return {};
}

} // namespace limn
