#include "settings/serve.hpp"

#include "settings/yaml_text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

using Join = ServeSettings::Join;

constexpr int k_usual_serve_port = 8484;
constexpr int k_most_serve_jobs = 1000;
constexpr std::string_view k_no_place = "none";

constexpr std::array<std::pair<Join, std::string_view>, 3> k_joins{
  {{Join::retries, "retries"}, {Join::always, "always"}, {Join::never, "never"}}};

Result<std::string> read_serve_address(const Value& value)
{
  constexpr std::string_view k_wanted = "an address in numbers, such as 127.0.0.1 or ::1, or "
                                        "localhost";
  LIMN_TRY_ASSIGN(auto text, read_text(value, k_wanted));
  in6_addr address{};
  const bool is_address = text == "localhost" || ::inet_pton(AF_INET, text.c_str(), &address) == 1
                          || ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
  if (!is_address) {
    return value.expected(k_wanted);
  }
  return text;
}

Result<std::string> read_serve_name(const Value& value)
{
  return read_text(value, "a text");
}

} // namespace

Done read_serve_port(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.serve.port,
                  read_number(value, "a port from 0 to 65535, such as 8484", 0, 65535));
  return {};
}

std::string show_serve_port(const Settings& settings)
{
  return std::to_string(settings.serve.port.value_or(k_usual_serve_port));
}

Done read_serve_listen(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.serve.listen,
                  read_list(value, "a list of addresses, such as [127.0.0.1, ::1]",
                            read_serve_address, Empty::allowed));
  return {};
}

Done read_serve_socket(const Value& value, Settings& settings)
{
  constexpr std::string_view k_wanted = "an absolute path, such as ~/limn.sock, or none";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  settings.serve.socket.clear();
  if (text != k_no_place) {
    LIMN_TRY_ASSIGN(settings.serve.socket, read_path(value, k_wanted));
  }
  return {};
}

std::string show_serve_socket(const Settings& settings)
{
  const auto& socket = settings.serve.socket;
  return socket.empty() ? std::string(k_no_place) : yaml_text(socket.string());
}

Done read_serve_strict(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.serve.strict, read_flag(value));
  return {};
}

std::string show_serve_strict(const Settings& settings)
{
  return settings.serve.strict ? "true" : "false";
}

Done read_serve_join(const Value& value, Settings& settings)
{
  constexpr std::string_view k_wanted = "retries, always or never";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  for (const auto& [join, word] : k_joins) {
    if (text == word) {
      settings.serve.join = join;
      return {};
    }
  }
  return value.expected(k_wanted);
}

std::string show_serve_join(const Settings& settings)
{
  const auto* const found = std::ranges::find_if(
    k_joins, [&](const auto& one) { return one.first == settings.serve.join; });
  return std::string(found->second);
}

Done read_serve_jobs(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.serve.max_jobs_per_key,
                  read_number(value, "a number from 1 to 1000, such as 64", 1, k_most_serve_jobs));
  return {};
}

std::string show_serve_jobs(const Settings& settings)
{
  return std::to_string(settings.serve.max_jobs_per_key);
}

Done read_serve_public_url(const Value& value, Settings& settings)
{
  constexpr std::string_view k_wanted = "a URL, such as https://limn.example, or none";
  LIMN_TRY_ASSIGN(auto text, read_text(value, k_wanted));
  settings.serve.public_url.clear();
  if (text == k_no_place) {
    return {};
  }
  const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
  const bool is_url = scheme > 0 && text.size() > scheme && text[scheme] != '/'
                      && text.find_first_of(" ?#@\"\\", scheme) == std::string::npos;
  if (!is_url) {
    return value.expected(k_wanted);
  }
  while (text.ends_with('/')) {
    text.pop_back();
  }
  settings.serve.public_url = std::move(text);
  return {};
}

std::string show_serve_public_url(const Settings& settings)
{
  const auto& url = settings.serve.public_url;
  return url.empty() ? std::string(k_no_place) : yaml_text(url);
}

Done read_serve_pass_through(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(settings.serve.pass_through, read_text(value, "the name of a gateway, or none"));
  if (settings.serve.pass_through == k_no_place) {
    settings.serve.pass_through.clear();
  }
  return {};
}

std::string show_serve_pass_through(const Settings& settings)
{
  const auto& gateway = settings.serve.pass_through;
  return gateway.empty() ? std::string(k_no_place) : yaml_text(gateway);
}

Result<std::vector<std::string>> read_serve_names(const Value& value)
{
  return read_list(value, "a list, such as [limn.example]", read_serve_name, Empty::allowed);
}

std::string serve_names_text(const std::vector<std::string>& names)
{
  return yaml_list(names);
}

} // namespace limn
