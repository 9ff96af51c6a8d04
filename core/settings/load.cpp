#include "settings/load.hpp"

#include "base/files.hpp"
#include "base/paths.hpp"
#include "settings/defaults.hpp"
#include "settings/failures.hpp"
#include "settings/gateways.hpp"
#include "settings/preferences.hpp"
#include "settings/prices.hpp"
#include "settings/rules.hpp"
#include "settings/stores.hpp"

#include <array>

namespace limn {

namespace {

constexpr std::array<std::string_view, 21> k_top_keys{
  "model",    "sources", "providers", "gateways", "defaults", "fallback", "output",
  "timeout",  "limits",  "plugins",   "settings", "failures", "prices",   "rate",
  "strategy", "history", "show",      "partial",  "mcp",      "serve",    "stores"};

Done read_rule(const Value& value, Settings& settings)
{
  LIMN_TRY(find_rule(value.key)->read(value, settings));
  settings.origins[value.key] = value.origin();
  return {};
}

Done read_fallback(const Value& fallback, Settings& settings)
{
  auto known = rule_names("fallback");
  const auto classes = classes_with_next_step();
  known.insert(known.end(), classes.begin(), classes.end());
  LIMN_TRY(read_map(fallback, "a map, such as {sizes: [1024x1024]}", known,
                    [&](std::string_view name, const Value& value) {
                      const auto failure_class = failure_class_from(name);
                      return failure_class ? read_next_step(value, *failure_class, settings)
                                           : read_rule(value, settings);
                    }));
  return check_next_steps(fallback, settings);
}

Done read_top(std::string_view key, const Value& value, Settings& settings)
{
  if (key == "gateways") {
    return read_gateways(value, settings);
  }
  if (key == "stores") {
    return read_stores(value, settings);
  }
  if (key == "settings") {
    return read_components(value, settings);
  }
  if (key == "failures") {
    return read_failure_words(value, settings);
  }
  if (key == "prices") {
    return read_prices(value, settings);
  }
  if (key == "fallback") {
    return read_fallback(value, settings);
  }
  if (key == "defaults") {
    return read_defaults(value, DefaultsOf::all, settings.defaults, settings);
  }
  if (key == "output" || key == "limits" || key == "plugins" || key == "rate" || key == "mcp"
      || key == "serve") {
    const auto wanted = key == "output"   ? "a map, such as {directory: ~/Pictures/limn}"
                        : key == "limits" ? "a map, such as {max_body_size: 2GiB}"
                        : key == "rate"   ? "a map, such as {images_per_minute: 30}"
                        : key == "mcp"    ? "a map, such as {max_cost: 0.50}"
                        : key == "serve"  ? "a map, such as {port: 8484}"
                                          : "a map, such as {directories: [~/limn-plugins]}";
    return read_map(value, wanted, rule_names(key), [&](std::string_view, const Value& inner) {
      return read_rule(inner, settings);
    });
  }
  return read_rule(value, settings);
}

Done read_limn_yaml(const SettingsFiles& files, Settings& settings,
                    std::vector<std::string>& warnings)
{
  const auto& file = files.limn_yaml;
  if (file.empty() && !files.limn_yaml_required) {
    return {};
  }
  LIMN_TRY_ASSIGN(
    const auto text,
    read_settings_file(file, files.limn_yaml_required ? Streams::allowed : Streams::refused));
  if (!text) {
    return files.limn_yaml_required
             ? Done(fail(FailureClass::settings, file.string() + ": no such file"))
             : Done();
  }
  LIMN_TRY_ASSIGN(const auto document, YamlDocument::parse(text->text, file.string()));
  if (document.root().kind == YamlNode::Kind::null) {
    return {};
  }
  LIMN_TRY(read_map(
    {&document.root(), &document.root(), {}, &file}, "settings, such as `timeout: 600s`",
    k_top_keys,
    [&](std::string_view key, const Value& value) { return read_top(key, value, settings); }));
  if (text->readable_by_others && holds_key(settings)) {
    warnings.push_back(file.string()
                       + " holds a key and others can read it: " + chmod_command(file));
  }
  return {};
}

} // namespace

SettingsFiles default_settings_files()
{
  const auto base = xdg_folder("XDG_CONFIG_HOME", ".config");
  if (base.empty()) {
    return {};
  }
  const auto folder = base / "limn";
  return {folder / "limn.yaml", folder / "preferences.yaml"};
}

Result<Settings> load_settings(const SettingsFiles& files, std::vector<std::string>& warnings)
{
  Settings settings;
  LIMN_TRY(read_limn_yaml(files, settings, warnings));
  LIMN_TRY(read_preferences(files.preferences, settings));
  drop_forbidden_steps(settings, warnings);
  if (const auto why = contradiction(settings.defaults); !why.empty()) {
    warnings.push_back("defaults of limn.yaml and preferences.yaml: " + why + "; the format holds");
  }
  return settings;
}

} // namespace limn
