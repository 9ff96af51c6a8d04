#include "job/limn_yaml.hpp"

#include "base/files.hpp"
#include "base/terminal_text.hpp"
#include "gateways/pasted_text.hpp"
#include "settings/commented.hpp"
#include "settings/yaml_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>

namespace limn {

namespace {

// A name, since a character of another kind is refused in limn.yaml.
bool can_be_named(std::string_view name)
{
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
           || c == '_' || c == '-';
  });
}

// How many letters two names have in common from the first on: OPENAI_API_KEY is that of
// OPENAI_BASE_URL.
std::size_t common_start(std::string_view one, std::string_view other)
{
  const auto length = std::min(one.size(), other.size());
  std::size_t same = 0;
  while (same < length && one[same] == other[same]) {
    ++same;
  }
  return same;
}

// The variable of those that its source looked at that holds the gateway's key.
std::optional<std::string> key_variable(const Gateway& gateway, std::string_view url_variable,
                                        const std::vector<Discovered::Look>& looks)
{
  std::optional<std::string> best;
  for (const auto& look : looks) {
    for (const auto& one : look.at) {
      const char* const value =
        one.kind == LookedAt::Kind::variable ? std::getenv(one.name.c_str()) : nullptr;
      if (value == nullptr || bare_key(value) != gateway.key.reveal()) {
        continue;
      }
      if (!best || common_start(one.name, url_variable) > common_start(*best, url_variable)) {
        best = one.name;
      }
    }
  }
  return best;
}

// What stands in limn.yaml for a gateway of the environment; nothing where that cannot say the
// same.
std::optional<std::string> entry_of(const Gateway& gateway, const Discovered& discovered,
                                    const Redactor& redactor)
{
  constexpr std::string_view k_environment = "env:";
  const auto& origin = gateway.origins.front();
  if (!gateway.usable() || gateway.without_key || !origin.starts_with(k_environment)
      || !can_be_named(gateway.name) || !gateway.settings.empty()) {
    return std::nullopt;
  }
  const auto variable =
    key_variable(gateway, std::string_view(origin).substr(k_environment.size()), discovered.looks);
  if (!variable) {
    return std::nullopt;
  }
  auto text = fmt::format("  - name: {}\n    base_url: {}\n    api_key_env: {}\n", gateway.name,
                          yaml_text(gateway.base_url), *variable);
  if (!gateway.headers.empty()) {
    text += "    headers:\n";
    for (const auto& [name, value] : gateway.headers) {
      text += fmt::format("      {}: {}\n", yaml_text(name), yaml_text(value));
    }
  }
  return redactor.redact(text) == text ? std::optional(text) : std::nullopt;
}

// One line, whatever names hold.
std::string comment_of(const Gateway& gateway, const Redactor& redactor)
{
  const auto text =
    fmt::format("  # found anyway: {}, {}, from {}{}", gateway.name, gateway.base_url,
                fmt::join(gateway.origins, " and "),
                gateway.usable() ? "" : fmt::format(" (cannot be used: {})", gateway.problem));
  return redactor.redact(terminal_safe(text)) + "\n";
}

// What a first look at the file would say; it is nowhere yet.
bool can_be_read(const std::string& text)
{
  auto pattern = (std::filesystem::temp_directory_path() / "limn-init-XXXXXX").string();
  const Descriptor file(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!file) {
    return true; // it is checked again where it is made
  }
  const bool is_written =
    ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  std::vector<std::string> warnings;
  const bool is_read = !is_written || load_settings({pattern, {}, true}, warnings).has_value();
  ::unlink(pattern.c_str());
  return is_read;
}

tl::unexpected<Failure> cannot_be_made(const std::filesystem::path& file)
{
  return fail(FailureClass::settings,
              fmt::format("{} cannot be made: {}", file.string(), std::strerror(errno)));
}

} // namespace

FirstLimnYaml first_limn_yaml(EngineHost& host, const Redactor& redactor)
{
  FirstLimnYaml first;
  const auto& discovered = host.discovered();
  std::string entries;
  std::string comments;
  for (const auto& gateway : discovered.gateways) {
    if (const auto entry = entry_of(gateway, discovered, redactor)) {
      entries += *entry;
      first.gateways.push_back(gateway.name);
    } else {
      comments += comment_of(gateway, redactor);
      ++first.told;
    }
  }
  // Where only comments would stand there, the example helps more.
  first.text = commented_settings(entries.empty() ? std::string() : entries + comments);
  if (entries.empty() && !comments.empty()) {
    first.text += "\n# Gateways that are found without being written here:\n" + comments;
  }
  if (!can_be_read(first.text)) {
    return first_limn_yaml();
  }
  return first;
}

FirstLimnYaml first_limn_yaml()
{
  return {commented_settings({}), {}, 0};
}

Failure limn_yaml_is_there(const std::filesystem::path& file)
{
  return {FailureClass::usage, fmt::format("{} is there already", file.string()),
          "`limn config edit` opens it; `limn init --print` prints what would be written"};
}

Done make_limn_yaml(const std::filesystem::path& file, const std::string& text)
{
  if (file.empty()) {
    return fail(FailureClass::settings, "there is no folder for limn.yaml",
                "set HOME or XDG_CONFIG_HOME, or name a file with --config FILE");
  }
  LIMN_TRY(make_private_folder(file.parent_path()));
  auto pattern = (file.parent_path() / ("." + file.filename().string() + ".XXXXXX")).string();
  Descriptor made(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!made) {
    return cannot_be_made(file);
  }
  auto result = [&]() -> Done {
    LIMN_TRY(replace_file(pattern, text));
    if (::link(pattern.c_str(), file.c_str()) == 0) {
      return {};
    }
    if (errno == EEXIST) {
      return fail(limn_yaml_is_there(file));
    }
    return cannot_be_made(file);
  }();
  ::unlink(pattern.c_str());
  return result;
}

Done check_limn_yaml(const std::filesystem::path& file, Log& log)
{
  std::vector<std::string> warnings;
  LIMN_TRY(load_settings({file, {}, true}, warnings));
  for (const auto& warning : warnings) {
    log.write(LogLevel::warning, warning);
  }
  return {};
}

} // namespace limn
