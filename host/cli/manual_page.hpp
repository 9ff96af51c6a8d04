#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace limn {

// "limn-config-set", for the App of `limn config set`.
std::string manual_page_name(const CLI::App& app);

// The page about limn, or about a command of it, with all of its options: of section 1, in the
// macros of man(7). Of the same App comes the same page, whenever it is made. The App has the
// options of its commands (command_table.hpp).
std::string manual_page(const CLI::App& app);

} // namespace limn
