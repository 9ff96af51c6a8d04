#include "engine/named_things.hpp"

#include "base/nearest.hpp"
#include "http/certificate_store.hpp"
#include "model/component_id.hpp"
#include "plugin/loader.hpp"
#include "settings/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace limn {

namespace {

using Role = NamedComponent::Role;

constexpr std::string_view k_own_source = "limn"; // no plugin's

tl::unexpected<Failure> at(const NamedComponent& named, Failure failure)
{
  failure.failure_class = FailureClass::settings;
  failure.message = fmt::format("{}: {}: {}", named.place, named.key, failure.message);
  return fail(std::move(failure));
}

bool is_in_name(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
         || c == '.';
}

bool names(std::string_view text, std::string_view word)
{
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_in_name(text[at - 1])) && (end == text.size() || !is_in_name(text[end]))) {
      return true;
    }
  }
  return false;
}

std::vector<std::string_view> words_of(std::string_view text)
{
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, is_in_name) - text.begin();
    if (end > 0) {
      words.push_back(text.substr(0, static_cast<std::size_t>(end)));
    }
    text.remove_prefix(std::min(static_cast<std::size_t>(end) + 1, text.size()));
  }
  return words;
}

// What a component says about the settings that it was given. Which of them it means, and which one
// it would know, stands in its own words only: a contract for that there is not.
Failure about_settings(const NamedComponent& named, Failure failure, const Settings& settings)
{
  constexpr std::string_view k_prefix = "could not be made: ";
  if (const auto prefix = failure.message.find(k_prefix); prefix != std::string::npos) {
    failure.message.erase(0, prefix + k_prefix.size());
  }
  const auto pairs = settings.components.find(named.id);
  std::string_view meant;
  if (pairs != settings.components.end()) {
    for (const auto& [name, value] : pairs->second) {
      if (name.size() > meant.size() && names(failure.message, name)) {
        meant = name;
      }
    }
  }
  auto where = named;
  if (!meant.empty()) {
    where.key = fmt::format("{}.{}", named.key, meant);
    const auto place = settings.setting_places.find(where.key);
    where.place = place == settings.setting_places.end() ? named.place : place->second;
    const auto last = meant.substr(meant.rfind('.') + 1); // all of it where there is no dot
    const auto known = words_of(failure.hint);
    const auto similar = nearest(last, known);
    if (similar && *similar != last) {
      failure.message += fmt::format(": did you mean '{}'?", *similar);
    }
  }
  return at(where, std::move(failure)).value();
}

Done check(Registry& registry, const NamedComponent& named)
{
  const auto found = named.role == Role::provider ? registry.require(k_provider_kind, named.id)
                     : named.role == Role::config_source
                       ? registry.require(k_config_source_kind, source_and_part(named.id).first)
                       : registry.require_isolated(named.id);
  // What broke the contract is told by the attempt that wants it.
  return found || found.error().failure_class != FailureClass::settings
           ? Done()
           : Done(at(named, found.error()));
}

bool is_checked(const NamedComponent& named, Needed needed)
{
  switch (named.role) {
  case Role::config_source:
    return named.id != k_own_source;
  case Role::isolated:
    return needed == Needed::all && named.id != k_isolate_all;
  case Role::provider:
  case Role::with_settings:
    return needed == Needed::all;
  }
  return false;
}

Done check_settings(Registry& registry, const NamedComponent& named, const Settings& settings)
{
  const auto made = registry.require_made(named.id);
  return made || made.error().failure_class != FailureClass::settings
           ? Done()
           : Done(fail(about_settings(named, made.error(), settings)));
}

// What is named first is what is asked first: where its file is broken, the next one would be.
Done check_first(Registry& registry, const NamedComponent& named)
{
  if (named.role != Role::provider || named.key != "providers[0]") {
    return {};
  }
  const auto provider = registry.provider(named.id);
  return provider || provider.error().failure_class != FailureClass::settings
           ? Done()
           : Done(at(named, provider.error()));
}

Done check_isolated(Registry& registry, const std::vector<std::string>& isolate)
{
  for (const auto& text : isolate) {
    for (const auto& id : words_of_list(text)) {
      if (id == k_isolate_all) {
        continue;
      }
      if (auto found = registry.require_isolated(id); !found) {
        found.error().message = fmt::format("--isolate: {}", found.error().message);
        return found;
      }
    }
  }
  return {};
}

Done check_providers(Registry& registry, const std::vector<std::string>& providers)
{
  for (const auto& id : providers) {
    auto found = registry.require(k_provider_kind, id);
    if (found && id == providers.front()) {
      found = registry.provider(id).map([](auto) {});
    }
    if (!found && found.error().failure_class == FailureClass::settings) {
      found.error().message = fmt::format("--provider: {}", found.error().message);
      return found;
    }
  }
  return {};
}

} // namespace

Done check_named_files(const EngineHostOptions& options)
{
  for (const auto& file : options.plugin_files) {
    if (auto sound = check_plugin_file(file); !sound) {
      return fail(FailureClass::usage,
                  fmt::format("--plugin {}: {}", file.string(), sound.error().message),
                  sound.error().hint);
    }
  }
  if (!options.ca_file.empty()) {
    if (auto sound = check_certificate_file(options.ca_file); !sound) {
      sound.error().message = fmt::format("--cacert: {}", sound.error().message);
      return sound;
    }
  }
  return {};
}

Done check_named_components(EngineHost& host, Needed needed,
                            const std::vector<std::string>& providers)
{
  const auto& settings = host.settings();
  const auto& isolate = host.options().isolate;
  const auto& named = settings.named_components;
  const bool is_any_named =
    std::ranges::any_of(named, [&](const NamedComponent& one) { return is_checked(one, needed); });
  if (!is_any_named && providers.empty() && isolate.empty()) {
    return {};
  }
  auto& registry = host.registry();
  for (const auto& one : named) {
    if (is_checked(one, needed) && one.role != Role::with_settings) {
      LIMN_TRY(check(registry, one));
    }
  }
  if (needed == Needed::sources) {
    return {};
  }
  LIMN_TRY(check_isolated(registry, isolate));
  for (const auto& one : named) {
    if (one.role == Role::with_settings) {
      LIMN_TRY(check_settings(registry, one, settings));
    }
  }
  if (providers.empty()) {
    for (const auto& one : named) {
      LIMN_TRY(check_first(registry, one));
    }
  }
  return check_providers(registry, providers);
}

} // namespace limn
