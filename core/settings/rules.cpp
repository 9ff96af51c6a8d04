#include "settings/rules.hpp"

#include "base/duration.hpp"
#include "model/size_text.hpp"
#include "settings/defaults.hpp"
#include "settings/history_kept.hpp"
#include "settings/mcp.hpp"
#include "settings/output_name.hpp"
#include "settings/serve.hpp"
#include "settings/yaml_text.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

Done read_model_list(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.models, read_models(value));
  return {};
}

Done read_sources(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.sources,
                  read_list(value, "a list of config source ids, such as [env, limn, config_yaml]",
                            read_source, Empty::allowed));
  note_components(value, NamedComponent::Role::config_source, settings);
  return {};
}

Done read_provider_list(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.providers, read_providers(value));
  note_components(value, NamedComponent::Role::provider, settings);
  return {};
}

Result<std::string> read_size(const Value& value)
{
  constexpr std::string_view k_wanted = "a size, such as 1024x1024";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  auto size = read_size_text(text);
  if (!size || size->size == "auto") {
    return value.expected(k_wanted);
  }
  return std::move(size->size);
}

Done read_sizes(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.fallback_sizes, read_list(value, "a list of sizes, such as [1024x1024]",
                                                     read_size, Empty::allowed));
  return {};
}

Done read_wait(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.wait_budget, read_duration(value, Zero::allowed));
  return {};
}

Done read_cool_down(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.billing_cool_down, read_duration(value, Zero::allowed));
  return {};
}

Done read_late_error(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.late_error, read_duration(value, Zero::allowed));
  return {};
}

Done read_duplicate_charge(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.allow_duplicate_charge, read_flag(value));
  return {};
}

Done read_output_directory(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.output_directory,
                  read_path(value, "an absolute directory, such as ~/Pictures/limn"));
  return {};
}

Done read_timeout(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.timeout, read_duration(value, Zero::refused));
  return {};
}

Done read_show(const Value& value, Settings& settings)
{
  constexpr std::string_view k_wanted = "auto, always or never";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  const auto show = show_pictures_from(text);
  if (!show) {
    return value.expected(k_wanted);
  }
  settings.show_pictures = *show;
  return {};
}

Done read_partial(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.partial_images,
                  read_number(value, "a number from 0 to 3, such as 2", 0, k_most_partial_images));
  return {};
}

// A limit of a size. `least` and `most` in bytes: below, nothing works any more; above, it is none.
template <std::uint64_t Limits::*limit, std::uint64_t least, std::uint64_t most>
Done read_size_limit(const Value& value, Settings& settings)
{
  const auto wanted = "a size from " + byte_size_text(least) + " to " + byte_size_text(most)
                      + ", such as " + byte_size_text(Limits().*limit) + ", or a number of bytes";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, wanted));
  const auto size = parse_byte_size(text);
  if (!size || *size < least || *size > most) {
    return value.expected(wanted);
  }
  settings.limits.*limit = *size;
  return {};
}

template <std::uint64_t Limits::*limit>
std::string show_size_limit(const Settings& settings)
{
  return byte_size_text(settings.limits.*limit);
}

template <int Limits::*limit, int least, int most>
Done read_number_limit(const Value& value, Settings& settings)
{
  const auto wanted = "a number from " + std::to_string(least) + " to " + std::to_string(most)
                      + ", such as " + std::to_string(Limits().*limit);
  LIMN_TRY_ASSIGN(settings.limits.*limit, read_number(value, wanted, least, most));
  return {};
}

Done read_connect_timeout(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(const auto timeout, read_duration(value, Zero::refused));
  if (timeout < std::chrono::milliseconds(100) || timeout > std::chrono::minutes(10)) {
    return value.expected("a duration from 100ms to 10m, such as 10s");
  }
  settings.limits.connect_timeout = timeout;
  return {};
}

template <std::optional<int> Settings::*limit>
Done read_rate_limit(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.*limit, read_rate(value));
  return {};
}

template <std::optional<int> Settings::*limit>
std::string show_rate_limit(const Settings& settings)
{
  return rate_text(settings.*limit);
}

template <JobDefault which>
Done read_general_default(const Value& value, Settings& settings)
{
  return read_default(which, value, settings.defaults);
}

template <JobDefault which>
std::string show_general_default(const Settings& settings)
{
  return show_default(which, settings.defaults);
}

template <JobDefault which>
constexpr Rule default_rule(std::string_view key)
{
  return {key, Rule::Where::both_files, Rule::Shape::text, read_general_default<which>,
          show_general_default<which>};
}

Done read_strategy(const Value& value, Settings& settings)
{
  constexpr std::string_view k_wanted = "order or spread";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  if (text != "order" && text != "spread") {
    return value.expected(k_wanted);
  }
  settings.strategy = text == "spread" ? Strategy::spread : Strategy::order;
  return {};
}

Done read_plugin_directories(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.plugin_directories, read_directories(value, "~/limn-plugins"));
  return {};
}

std::string show_plugin_directories(const Settings& settings)
{
  return directories_text(settings.plugin_directories);
}

Done read_isolated_plugins(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(
    settings.isolated_plugins,
    read_list(value, "a list of provider ids, such as [acme], or [all]", read_id, Empty::allowed));
  note_components(value, NamedComponent::Role::isolated, settings);
  return {};
}

using Where = Rule::Where;
using Shape = Rule::Shape;

constexpr std::uint64_t k_kib = 1024;
constexpr std::uint64_t k_mib = 1024 * k_kib;
constexpr std::uint64_t k_gib = 1024 * k_mib;

constexpr Rule k_rules[] = {
  {"model", Where::both_files, Shape::list, read_model_list,
   [](const Settings& s) { return yaml_list(s.models); }},
  {"sources", Where::both_files, Shape::list, read_sources,
   [](const Settings& s) { return yaml_list(s.sources); }},
  {"providers", Where::both_files, Shape::list, read_provider_list,
   [](const Settings& s) { return yaml_list(s.providers); }},
  default_rule<JobDefault::size>("defaults.size"),
  default_rule<JobDefault::count>("defaults.n"),
  default_rule<JobDefault::quality>("defaults.quality"),
  default_rule<JobDefault::format>("defaults.format"),
  default_rule<JobDefault::background>("defaults.background"),
  default_rule<JobDefault::moderation>("defaults.moderation"),
  default_rule<JobDefault::compression>("defaults.compression"),
  {"fallback.sizes", Where::both_files, Shape::list, read_sizes,
   [](const Settings& s) { return yaml_list(s.fallback_sizes); }},
  {"fallback.wait", Where::both_files, Shape::text, read_wait,
   [](const Settings& s) { return to_string(s.wait_budget); }},
  {"fallback.billing_cool_down", Where::both_files, Shape::text, read_cool_down,
   [](const Settings& s) { return to_string(s.billing_cool_down); }},
  {"fallback.late_error", Where::both_files, Shape::text, read_late_error,
   [](const Settings& s) { return to_string(s.late_error); }},
  {"fallback.allow_duplicate_charge", Where::both_files, Shape::text, read_duplicate_charge,
   [](const Settings& s) { return std::string(s.allow_duplicate_charge ? "true" : "false"); }},
  {"output.directory", Where::both_files, Shape::text, read_output_directory,
   [](const Settings& s) { return yaml_text(s.output_directory.string()); }},
  {"output.name", Where::both_files, Shape::text, read_output_name,
   [](const Settings& s) { return yaml_text(s.output_name); }},
  {"timeout", Where::both_files, Shape::text, read_timeout,
   [](const Settings& s) { return to_string(s.timeout); }},
  {"show", Where::both_files, Shape::text, read_show,
   [](const Settings& s) { return std::string(to_string(s.show_pictures)); }},
  {"partial", Where::both_files, Shape::text, read_partial,
   [](const Settings& s) { return std::to_string(s.partial_images); }},
  {"limits.max_header_size", Where::both_files, Shape::text,
   read_size_limit<&Limits::max_header_size, k_kib, k_mib>,
   show_size_limit<&Limits::max_header_size>},
  {"limits.max_body_size", Where::both_files, Shape::text,
   read_size_limit<&Limits::max_body_size, 64 * k_kib, 1024 * k_gib>,
   show_size_limit<&Limits::max_body_size>},
  {"limits.max_models_size", Where::both_files, Shape::text,
   read_size_limit<&Limits::max_models_size, 4 * k_kib, k_gib>,
   show_size_limit<&Limits::max_models_size>},
  {"limits.max_message_size", Where::both_files, Shape::text,
   read_size_limit<&Limits::max_message_size, 4 * k_kib, k_gib>,
   show_size_limit<&Limits::max_message_size>},
  {"limits.max_json_depth", Where::both_files, Shape::text,
   read_number_limit<&Limits::max_json_depth, 8, 1000>,
   [](const Settings& s) { return std::to_string(s.limits.max_json_depth); }},
  {"limits.max_images", Where::both_files, Shape::text,
   read_number_limit<&Limits::max_images, 1, 1000>,
   [](const Settings& s) { return std::to_string(s.limits.max_images); }},
  {"limits.connect_timeout", Where::both_files, Shape::text, read_connect_timeout,
   [](const Settings& s) { return to_string(s.limits.connect_timeout); }},
  {"rate.images_per_minute", Where::both_files, Shape::text,
   read_rate_limit<&Settings::images_per_minute>, show_rate_limit<&Settings::images_per_minute>},
  {"rate.max_in_flight", Where::both_files, Shape::text, read_rate_limit<&Settings::max_in_flight>,
   show_rate_limit<&Settings::max_in_flight>},
  {"strategy", Where::both_files, Shape::text, read_strategy,
   [](const Settings& s) {
     return std::string(s.strategy == Strategy::spread ? "spread" : "order");
   }},
  {"history", Where::both_files, Shape::text, read_history, show_history},
  {"mcp.wait_seconds", Where::limn_yaml_only, Shape::text, read_mcp_wait, show_mcp_wait},
  {"mcp.max_cost", Where::limn_yaml_only, Shape::text, read_mcp_cost<&McpSettings::max_cost>,
   show_mcp_cost<&McpSettings::max_cost>},
  {"mcp.max_cost_per_day", Where::limn_yaml_only, Shape::text,
   read_mcp_cost<&McpSettings::max_cost_per_day>, show_mcp_cost<&McpSettings::max_cost_per_day>},
  {"mcp.ask_above", Where::limn_yaml_only, Shape::text, read_mcp_cost<&McpSettings::ask_above>,
   show_mcp_cost<&McpSettings::ask_above>},
  {"mcp.output_directories", Where::limn_yaml_only, Shape::list,
   read_mcp_directories<&McpSettings::output_directories>,
   show_mcp_directories<&McpSettings::output_directories>},
  {"mcp.input_directories", Where::limn_yaml_only, Shape::list,
   read_mcp_directories<&McpSettings::input_directories>,
   show_mcp_directories<&McpSettings::input_directories>},
  {"serve.port", Where::limn_yaml_only, Shape::text, read_serve_port, show_serve_port},
  {"serve.listen", Where::limn_yaml_only, Shape::list, read_serve_listen,
   show_serve_list<&ServeSettings::listen>},
  {"serve.socket", Where::limn_yaml_only, Shape::text, read_serve_socket, show_serve_socket},
  {"serve.hosts", Where::limn_yaml_only, Shape::list, read_serve_list<&ServeSettings::hosts>,
   show_serve_list<&ServeSettings::hosts>},
  {"serve.origins", Where::limn_yaml_only, Shape::list, read_serve_list<&ServeSettings::origins>,
   show_serve_list<&ServeSettings::origins>},
  {"serve.public_url", Where::limn_yaml_only, Shape::text, read_serve_public_url,
   show_serve_public_url},
  {"serve.strict", Where::limn_yaml_only, Shape::text, read_serve_strict, show_serve_strict},
  {"serve.join", Where::limn_yaml_only, Shape::text, read_serve_join, show_serve_join},
  {"serve.max_jobs_per_key", Where::limn_yaml_only, Shape::text, read_serve_jobs, show_serve_jobs},
  {"serve.max_cost_per_day", Where::limn_yaml_only, Shape::text,
   read_serve_cost<&ServeSettings::max_cost_per_day>,
   show_serve_cost<&ServeSettings::max_cost_per_day>},
  {"serve.max_cost", Where::limn_yaml_only, Shape::text, read_serve_cost<&ServeSettings::max_cost>,
   show_serve_cost<&ServeSettings::max_cost>},
  {"serve.pass_through", Where::limn_yaml_only, Shape::text, read_serve_pass_through,
   show_serve_pass_through},
  {"plugins.directories", Where::limn_yaml_only, Shape::list, read_plugin_directories,
   show_plugin_directories},
  {"plugins.isolate", Where::limn_yaml_only, Shape::list, read_isolated_plugins,
   [](const Settings& s) { return yaml_list(s.isolated_plugins); }},
};

} // namespace

std::optional<ShowPictures> show_pictures_from(std::string_view text)
{
  for (const auto show : {ShowPictures::automatic, ShowPictures::always, ShowPictures::never}) {
    if (text == to_string(show)) {
      return show;
    }
  }
  return std::nullopt;
}

std::string_view to_string(ShowPictures show)
{
  switch (show) {
  case ShowPictures::automatic:
    return "auto";
  case ShowPictures::always:
    return "always";
  case ShowPictures::never:
    return "never";
  }
  return "";
}

std::span<const Rule> rules()
{
  return k_rules;
}

const Rule* find_rule(std::string_view key)
{
  for (const auto& rule : k_rules) {
    if (rule.key == key) {
      return &rule;
    }
  }
  return nullptr;
}

std::vector<std::string_view> rule_names(std::string_view section)
{
  std::vector<std::string_view> names;
  for (const auto& rule : k_rules) {
    const auto dot = rule.key.find('.');
    if (section.empty() && dot == std::string_view::npos) {
      names.push_back(rule.key);
    } else if (dot != std::string_view::npos && rule.key.substr(0, dot) == section) {
      names.push_back(rule.key.substr(dot + 1));
    }
  }
  return names;
}

} // namespace limn
