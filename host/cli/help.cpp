#include "cli/help.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

namespace {

constexpr std::size_t k_width = 80;
constexpr std::size_t k_column = 26; // where descriptions begin
constexpr std::size_t k_status_column = 10;

using Options = std::vector<const CLI::Option*>;

// Words put into lines that begin at `column`; the first one goes on a line of `used` characters.
void put_words(std::string& out, std::string_view text, std::size_t column, std::size_t used)
{
  std::size_t at = used;
  bool is_first = true;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!is_first && at + 1 + word.size() > k_width) {
      out += '\n' + std::string(column, ' ');
      at = column;
    } else if (!is_first) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
    is_first = false;
  }
  out += '\n';
}

// A name, and what it is beside it, or below it if it is long.
void put_row(std::string& out, const std::string& name, std::string_view text, std::size_t column)
{
  auto left = "  " + name;
  if (text.empty()) {
    out += left + '\n';
    return;
  }
  if (left.size() + 2 > column) {
    out += left + '\n' + std::string(column, ' ');
  } else {
    left.resize(column, ' ');
    out += left;
  }
  put_words(out, text, column, column);
}

std::string name_of(const CLI::Option& option)
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
  const auto value = option.get_type_name();
  return value.empty() ? text : text + " " + value;
}

void put_option(std::string& out, const CLI::Option& option)
{
  auto text = option.get_description();
  if (const auto value = option.get_default_str(); !value.empty() && option.get_type_size() != 0) {
    text += fmt::format(" (default: {})", value);
  }
  put_row(out, name_of(option), text, k_column);
}

void put_options(std::string& out, std::string_view title, const Options& options)
{
  if (options.empty()) {
    return;
  }
  out += fmt::format("\n{}:\n", title);
  for (const auto* option : options) {
    put_option(out, *option);
  }
}

// Those of one group; the help flag of a command is told with those that every command has.
Options options_of(const CLI::App& app, const std::string& group)
{
  const bool is_root = app.get_parent() == nullptr;
  return app.get_options([&](const CLI::Option* option) {
    return option->get_group() == group && option->nonpositional()
           && (is_root || option != app.get_help_ptr());
  });
}

Options arguments_of(const CLI::App& app)
{
  return app.get_options([](const CLI::Option* option) {
    return option->get_positional() && !option->get_group().empty();
  });
}

void put_commands(std::string& out, const CLI::App& app)
{
  const auto commands = app.get_subcommands(is_shown);
  if (commands.empty()) {
    return;
  }
  out += "\nCommands:\n";
  for (const auto* command : commands) {
    put_row(out, command->get_name(), command->get_description(), k_column);
  }
}

std::string usage_of(const CLI::App& app, const std::string& name)
{
  auto text = "Usage: " + name;
  for (const auto* argument : arguments_of(app)) {
    const auto word = name_of(*argument);
    text += argument->get_required() ? " " + word : " [" + word + "]";
  }
  if (!app.get_subcommands([](const CLI::App*) { return true; }).empty()) {
    text += app.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  }
  return text + " [OPTIONS]\n";
}

struct StatusRow {
  std::string_view status;
  std::string_view what;
};

constexpr std::array<StatusRow, 17> k_exit_statuses{{
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

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode /*mode*/) const
{
  std::string out;
  const bool is_root = app->get_parent() == nullptr;
  put_words(out, (is_root ? "" : name + ": ") + app->get_description(), 0, 0);
  out += "\n" + usage_of(*app, name);
  put_options(out, "Arguments", arguments_of(*app));
  put_commands(out, *app);
  for (const auto& group : app->get_groups()) {
    if (!group.empty()) {
      put_options(out, group, options_of(*app, group));
    }
  }
  const auto* root = app;
  while (root->get_parent() != nullptr) {
    root = root->get_parent();
  }
  if (!is_root) {
    put_options(out, k_every_command, options_of(*root, k_every_command));
  }
  if (const auto footer = app->get_footer(); !footer.empty()) {
    out += "\n" + footer;
  }
  while (out.ends_with("\n\n")) {
    out.pop_back();
  }
  return out;
}

std::string exit_statuses()
{
  std::string out = "Exit status:\n";
  for (const auto& row : k_exit_statuses) {
    put_row(out, std::string(row.status), row.what, k_status_column + 2);
  }
  return out + "The class of the last attempt decides.\n";
}

} // namespace limn
