#include "cli/help.hpp"

#include "cli/option_rows.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_width = 80;
constexpr std::size_t k_column = 26; // where descriptions begin
constexpr std::size_t k_status_column = 10;

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

void put_option(std::string& out, const CLI::Option& option)
{
  put_row(out, option_name(option), option_text(option), k_column);
}

void put_options(std::string& out, std::string_view title, const OptionRows& options)
{
  if (options.empty()) {
    return;
  }
  out += fmt::format("\n{}:\n", title);
  for (const auto* option : options) {
    put_option(out, *option);
  }
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

} // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode /*mode*/) const
{
  std::string out;
  const bool is_root = app->get_parent() == nullptr;
  put_words(out, (is_root ? "" : name + ": ") + app->get_description(), 0, 0);
  out += "\nUsage: " + name + usage_of(*app) + "\n";
  put_options(out, "Arguments", arguments_of(*app));
  put_commands(out, *app);
  for (const auto& group : app->get_groups()) {
    if (!group.empty()) {
      put_options(out, group, options_of(*app, group));
    }
  }
  if (!is_root) {
    put_options(out, k_every_command, options_of(root_of(*app), k_every_command));
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
  for (const auto& row : exit_status_rows()) {
    put_row(out, std::string(row.status), row.what, k_status_column + 2);
  }
  return out + "The class of the last attempt decides.\n";
}

} // namespace limn
