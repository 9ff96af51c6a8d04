#include "gateways/key.hpp"

#include "base/ascii.hpp"
#include "base/descriptor.hpp"
#include "base/files.hpp"
#include "gateways/keyring.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace limn {

namespace {

// The first line without blanks around it. Editors, shells and YAML leave line ends behind keys,
// and none belongs to one.
std::string_view first_line(std::string_view text)
{
  return trimmed(text.substr(0, text.find_first_of("\r\n")));
}

// A key that stands where the name of a variable belongs is not to be shown.
std::string shown_name(const std::string& name)
{
  const bool looks_like_one =
    name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
  return looks_like_one ? "the variable " + name : "the variable that it names";
}

Result<Secret> from_variable(const std::string& name)
{
  const char* value = std::getenv(name.c_str());
  if (!value || first_line(value).empty()) {
    return fail(FailureClass::settings,
                fmt::format("{} is {}", shown_name(name), value ? "empty" : "not set"));
  }
  return Secret(first_line(value));
}

bool is_variable_name(std::string_view text)
{
  return !text.empty()
         && text.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
              == std::string_view::npos;
}

Result<Secret> from_file(const std::filesystem::path& file, std::vector<std::string>& warnings)
{
  Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened) {
    return fail(FailureClass::settings,
                fmt::format("its key file {}: {}", file.string(), std::strerror(errno)));
  }
  struct stat status {
  };
  ::fstat(opened.number(), &status);
  std::string text(k_max_key_size, '\0');
  const auto count =
    S_ISREG(status.st_mode) ? ::read(opened.number(), text.data(), text.size()) : -1;
  opened.close();
  if (count < 0) {
    return fail(FailureClass::settings,
                fmt::format("its key file {} is not a readable file", file.string()));
  }
  if (status.st_mode & (S_IRGRP | S_IROTH)) {
    warnings.push_back(
      fmt::format("{} holds a key and others can read it: {}", file.string(), chmod_command(file)));
  }
  const auto content = std::string_view(text).substr(0, static_cast<std::size_t>(count));
  const bool is_utf16 = content.starts_with("\xff\xfe") || content.starts_with("\xfe\xff");
  Secret key(first_line(content));
  wipe(text);
  if (is_utf16) {
    return fail(FailureClass::settings,
                fmt::format("its key file {} is UTF-16: save it as UTF-8 or ASCII", file.string()));
  }
  if (key.empty()) {
    return fail(FailureClass::settings, fmt::format("its key file {} is empty", file.string()));
  }
  return key;
}

// A key that consists of "${NAME}" is that variable's value.
Result<Secret> from_text(const Secret& text)
{
  const auto value = first_line(text.reveal());
  if (value.starts_with("${") && value.ends_with("}")
      && is_variable_name(value.substr(2, value.size() - 3))) {
    auto key = from_variable(std::string(value.substr(2, value.size() - 3)));
    if (!key) {
      key.error().message = "unresolved ${...}: " + key.error().message;
    }
    return key;
  }
  if (value.find("${") != std::string_view::npos) {
    // Not shown: the rest of it may be a key.
    return fail(FailureClass::settings, "its api_key holds an unresolved ${...}",
                "it is a key, or ${NAME} and nothing else");
  }
  if (value.empty()) {
    return fail(FailureClass::settings, "its api_key is empty",
                "a server that needs none says api_key: none");
  }
  return Secret(value);
}

} // namespace

Result<Secret> resolve_key(const GatewaySettings& settings, std::vector<std::string>& warnings)
{
  if (settings.api_key) {
    return from_text(*settings.api_key);
  }
  if (!settings.api_key_env.empty()) {
    return from_variable(settings.api_key_env);
  }
  if (!settings.api_key_file.empty()) {
    return from_file(settings.api_key_file, warnings);
  }
  if (!settings.api_key_keyring.empty()) {
    return look_up_in_keyring(settings.api_key_keyring);
  }
  return fail(
    FailureClass::settings,
    "no api_key, api_key_env, api_key_file or api_key_keyring stands beside its base_url");
}

} // namespace limn
