#include "plugin/unknown_component.hpp"

#include "base/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace limn {

namespace {

constexpr std::string_view k_any_kind = "component";

} // namespace

Failure no_component(std::string_view kind, std::string_view id,
                     const std::vector<ComponentRecord>& records,
                     const std::vector<std::string>& places)
{
  const bool is_any = kind == k_any_kind;
  std::vector<std::string_view> ids;
  std::vector<std::string> broken;
  for (const auto& record : records) {
    const bool is_it = record.id == id && (is_any || record.kind == kind);
    const bool is_its_file = record.id.empty() && record.file.stem() == id;
    if (record.state == ComponentRecord::State::failed && (is_it || is_its_file)) {
      return {FailureClass::settings, fmt::format("{} {} cannot be used: {}: {}", kind, id,
                                                  record.file.string(), record.reason)};
    }
    if (record.state == ComponentRecord::State::ready && (is_any || record.kind == kind)) {
      ids.push_back(record.id);
    } else if (record.state == ComponentRecord::State::failed && record.id.empty()) {
      broken.push_back(fmt::format("{}: {}", record.file.string(), record.reason));
    }
  }
  auto message = fmt::format("there is no {} \"{}\"", kind, id);
  if (!ids.empty()) {
    message += did_you_mean(id, ids);
  }
  auto hint = places.empty() ? std::string("no place was searched for plugins")
                             : fmt::format("searched: {}", fmt::join(places, ", "));
  if (!broken.empty()) {
    hint += fmt::format("; not usable: {}", fmt::join(broken, "; "));
  }
  return {FailureClass::settings, std::move(message), std::move(hint)};
}

std::optional<Failure> unknown_isolated_id(std::string_view id,
                                           const std::vector<ComponentRecord>& records)
{
  if (std::ranges::any_of(records,
                          [&](const auto& one) { return one.id == id || one.file.stem() == id; })) {
    return std::nullopt;
  }
  std::vector<std::string_view> providers;
  for (const auto& record : records) {
    if (record.kind == k_provider_kind) {
      providers.push_back(record.id);
    }
  }
  return Failure(FailureClass::settings,
                 fmt::format("\"{}\" is to be isolated, and there is no such provider{}", id,
                             providers.empty() ? "" : did_you_mean(id, providers)),
                 "No provider is used before plugins.isolate (or --isolate) is right.");
}

} // namespace limn
