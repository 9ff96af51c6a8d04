#include "cli/manual_page.hpp"

#include "cli/help.hpp"
#include "cli/option_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace limn {

namespace {

// As roff takes it: what is a minus, a quote or a backslash on a command line stays one.
std::string roff(std::string_view text)
{
  std::string out;
  for (const char one : text) {
    switch (one) {
    case '\\':
      out += "\\e";
      break;
    case '-':
      out += "\\-";
      break;
    case '\'':
      out += "\\(aq";
      break;
    case '`':
      out += "\\(ga";
      break;
    case '^':
      out += "\\(ha";
      break;
    case '~':
      out += "\\(ti";
      break;
    default:
      out += one;
    }
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string in_capitals(std::string text)
{
  std::ranges::transform(text, text.begin(), [](char one) {
    return one >= 'a' && one <= 'z' ? static_cast<char>(one - 'a' + 'A') : one;
  });
  return text;
}

// "limn config set"
std::string words_of_command(const CLI::App& app)
{
  return app.get_parent() == nullptr ? app.get_name()
                                     : words_of_command(*app.get_parent()) + " " + app.get_name();
}

void put_tagged(std::string& out, std::string_view tag, std::string_view text)
{
  out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(tag), roff(text));
}

std::string trimmed_name(const CLI::Option& option)
{
  auto name = option_name(option);
  return name.substr(std::min(name.find_first_not_of(' '), name.size()));
}

void put_option_rows(std::string& out, const OptionRows& rows)
{
  for (const auto* row : rows) {
    put_tagged(out, trimmed_name(*row), option_text(*row));
  }
}

void put_option_group(std::string& out, const std::string& title, const OptionRows& rows)
{
  if (!rows.empty()) {
    out += fmt::format(".SS {}\n", roff(title));
    put_option_rows(out, rows);
  }
}

void put_option_section(std::string& out, const CLI::App& app)
{
  out += ".SH OPTIONS\n";
  const auto& root = root_of(app);
  for (const auto& group : app.get_groups()) {
    if (!group.empty() && &app != &root) {
      put_option_group(out, group, options_of(app, group));
    }
  }
  put_option_group(out, k_every_command, options_of(root, k_every_command));
}

void put_command_section(std::string& out, const CLI::App& app)
{
  const auto commands = app.get_subcommands(is_shown);
  if (commands.empty()) {
    return;
  }
  out += ".SH COMMANDS\n";
  for (const auto* command : commands) {
    put_tagged(out, words_of_command(*command), command->get_description());
  }
}

void put_exit_statuses(std::string& out)
{
  out += ".SH EXIT STATUS\n";
  for (const auto& row : exit_status_rows()) {
    put_tagged(out, row.status, row.what);
  }
  out += ".PP\nThe class of the last attempt decides.\n";
}

// The command lines of a footer, which are indented.
void put_examples(std::string& out, const CLI::App& app)
{
  std::string lines;
  const auto footer = app.get_parent() == nullptr ? std::string() : app.get_footer();
  for (std::size_t at = footer.find("\n  "); at != std::string::npos;) {
    const auto begin = at + 3;
    at = footer.find("\n  ", begin);
    const auto line = footer.substr(begin, footer.find('\n', begin) - begin);
    lines += roff(line) + "\n";
  }
  if (!lines.empty()) {
    out += ".SH EXAMPLES\n.EX\n" + lines + ".EE\n";
  }
}

void put_see_also(std::string& out, const CLI::App& app)
{
  std::vector<std::string> pages;
  const auto add = [&pages](const std::string& name, int section) {
    pages.push_back(fmt::format("\\fB{}\\fR({})", roff(name), section));
  };
  if (app.get_parent() != nullptr) {
    add("limn", 1);
    if (app.get_parent()->get_parent() != nullptr) {
      add(manual_page_name(*app.get_parent()), 1);
    }
  }
  for (const auto* command : app.get_subcommands(is_shown)) {
    add(manual_page_name(*command), 1);
  }
  add("limn.yaml", 5);
  add("limn-exit-statuses", 7);
  add("limn-plugins", 7);
  out += fmt::format(".SH SEE ALSO\n{}\n", fmt::join(pages, ",\n"));
}

} // namespace

std::string manual_page_name(const CLI::App& app)
{
  auto name = words_of_command(app);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string manual_page(const CLI::App& app)
{
  const auto name = manual_page_name(app);
  auto out = fmt::format(".\\\" Made from the options of limn.\n"
                         ".TH {} 1 \"\" \"limn " LIMN_VERSION "\" \"limn\"\n.nr HY 0\n.ad l\n",
                         roff(in_capitals(name)));
  out += fmt::format(".SH NAME\n{} \\- {}\n", roff(name), roff(app.get_description()));
  out +=
    fmt::format(".SH SYNOPSIS\n\\fB{}\\fR{}\n", roff(words_of_command(app)), roff(usage_of(app)));
  if (const auto arguments = arguments_of(app); !arguments.empty()) {
    out += ".SH ARGUMENTS\n";
    put_option_rows(out, arguments);
  }
  put_command_section(out, app);
  put_option_section(out, app);
  if (app.get_parent() == nullptr) {
    put_exit_statuses(out);
  }
  put_examples(out, app);
  put_see_also(out, app);
  return out;
}

} // namespace limn
