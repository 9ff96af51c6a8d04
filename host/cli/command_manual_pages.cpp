#include "cli/command_table.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/manual_page.hpp"
#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>
#include <memory>

namespace limn {

namespace {

Done write_page(const std::filesystem::path& folder, const CLI::App& app)
{
  const auto file = folder / (manual_page_name(app) + ".1");
  std::ofstream stream(file, std::ios::binary);
  stream << manual_page(app);
  if (!stream.flush()) {
    return fail(FailureClass::internal, fmt::format("cannot write {}", file.string()));
  }
  return {};
}

Done write_pages(const std::filesystem::path& folder, CLI::App& app,
                 const std::vector<Command>& commands)
{
  for (const auto& command : commands) {
    if (command.is_hidden) {
      continue;
    }
    auto* word = app.get_subcommand(command.name);
    fill_command(*word, command);
    LIMN_TRY(write_pages(folder, *word, command.words));
    LIMN_TRY(write_page(folder, *word));
  }
  return {};
}

Result<int> write_manual(const std::filesystem::path& folder)
{
  CommandTable table;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  LIMN_TRY(write_pages(folder, table.app, table.commands));
  LIMN_TRY(write_page(folder, table.app));
  return 0;
}

} // namespace

Command manual_pages_command()
{
  const auto folder = std::make_shared<std::string>();
  Command command{"manual-pages", "write the pages of the manual about every command"};
  command.is_hidden = true;
  command.add_options = [folder](CLI::App& app) {
    app.add_option("folder", *folder, "to write them into")->required()->check(k_not_empty);
  };
  command.run = [folder](const Invocation&) { return write_manual(*folder); };
  return command;
}

} // namespace limn
