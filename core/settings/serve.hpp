#pragma once

#include "settings/mcp.hpp"
#include "settings/value.hpp"

#include <string>

namespace limn {

// What stands under `serve:`.

Done read_serve_port(const Value& value, Settings& settings);
std::string show_serve_port(const Settings& settings);

Done read_serve_listen(const Value& value, Settings& settings); // addresses in numbers
Done read_serve_socket(const Value& value, Settings& settings);
std::string show_serve_socket(const Settings& settings);

Done read_serve_strict(const Value& value, Settings& settings);
std::string show_serve_strict(const Settings& settings);

Done read_serve_join(const Value& value, Settings& settings);
std::string show_serve_join(const Settings& settings);

Done read_serve_jobs(const Value& value, Settings& settings);
std::string show_serve_jobs(const Settings& settings);

Done read_serve_pass_through(const Value& value, Settings& settings);
std::string show_serve_pass_through(const Settings& settings);

// A base URL of HTTP, without a slash at its end, or none.
Done read_serve_public_url(const Value& value, Settings& settings);
std::string show_serve_public_url(const Settings& settings);

Result<std::vector<std::string>> read_serve_names(const Value& value);
std::string serve_names_text(const std::vector<std::string>& names);

// --- Inline implementations ---

template <std::vector<std::string> ServeSettings::*names>
Done read_serve_list(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.serve.*names, read_serve_names(value));
  return {};
}

template <std::vector<std::string> ServeSettings::*names>
std::string show_serve_list(const Settings& settings)
{
  return serve_names_text(settings.serve.*names);
}

template <std::optional<NanoUsd> ServeSettings::*amount>
Done read_serve_cost(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.serve.*amount, read_dollars(value));
  return {};
}

template <std::optional<NanoUsd> ServeSettings::*amount>
std::string show_serve_cost(const Settings& settings)
{
  return dollars_text(settings.serve.*amount);
}

} // namespace limn
