#include "cli/option_rows.hpp"

#include <fmt/format.h>

#include <array>

namespace limn {

namespace {

constexpr std::array<ExitStatusRow, 17> k_exit_statuses{{
  {"0", "done"},
  {"1", "internal: a mistake of limn's"},
  {"2", "usage or settings: nothing was asked for"},
  {"3", "no gateway found"},
  {"4", "auth or access"},
  {"5", "billing: out of credit"},
  {"6", "model or endpoint unavailable"},
  {"7", "content refused"},
  {"8", "network, TLS or server failure"},
  {"9", "outcome unknown, may have cost money"},
  {"10", "not saved: `limn recover` lists what came"},
  {"11", "unusable answer"},
  {"12", "rate limited"},
  {"13", "invalid request"},
  {"14", "some items of a batch have their images, others have not"},
  {"130", "interrupted (Ctrl-C)"},
  {"143, 129", "ended by SIGTERM, or by SIGHUP"},
}};

} // namespace

std::string option_name(const CLI::Option& option)
{
  if (option.get_positional()) {
    return option.get_name(true, false) + (option.get_option_text().empty() ? "" : "...");
  }
  std::string text;
  for (const auto& name : option.get_snames()) {
    text += (text.empty() ? "-" : ", -") + name;
  }
  if (text.empty()) {
    text = "   ";
  }
  for (const auto& name : option.get_lnames()) {
    text += (text == "   " ? " --" : ", --") + name;
  }
  const auto type = option.get_type_name();
  const auto value = type.substr(0, type.find(':')); // its check describes itself behind it
  return value.empty() ? text : text + " " + value;
}

std::string option_text(const CLI::Option& option)
{
  auto text = option.get_description();
  if (const auto value = option.get_default_str(); !value.empty() && option.get_type_size() != 0) {
    text += fmt::format(" (default: {})", value);
  }
  return text;
}

OptionRows options_of(const CLI::App& app, const std::string& group)
{
  const bool is_root = app.get_parent() == nullptr;
  return app.get_options([&](const CLI::Option* option) {
    return option->get_group() == group && option->nonpositional()
           && (is_root || option != app.get_help_ptr());
  });
}

OptionRows arguments_of(const CLI::App& app)
{
  return app.get_options([](const CLI::Option* option) {
    return option->get_positional() && !option->get_group().empty();
  });
}

const CLI::App& root_of(const CLI::App& app)
{
  return app.get_parent() == nullptr ? app : root_of(*app.get_parent());
}

std::string usage_of(const CLI::App& app)
{
  std::string text;
  for (const auto* argument : arguments_of(app)) {
    const auto word = option_name(*argument);
    text += argument->get_required() ? " " + word : " [" + word + "]";
  }
  if (!app.get_subcommands([](const CLI::App*) { return true; }).empty()) {
    text += app.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  }
  return text + " [OPTIONS]";
}

std::span<const ExitStatusRow> exit_status_rows()
{
  return k_exit_statuses;
}

} // namespace limn
