#pragma once

#include "cli/command.hpp"

namespace limn {

// The commands, one file each (command_*.cpp).
Command generate_command();
Command edit_command();
Command again_command();
Command batch_command();
Command discover_command();
Command verify_command();
Command models_command();
Command forget_command();
Command doctor_command();
Command recover_command();
Command history_command();
Command show_command();
Command open_command();
Command spend_command();
Command plugins_command();
Command check_plugin_command(); // a word of `plugins`, as the next
Command new_plugin_command();
Command config_command();
Command edit_config_command(); // a word of `config`
Command init_command();
Command sandbox_command();
Command mcp_command();
Command mcp_config_command(); // a word of `mcp`, as the next
Command mcp_check_command();
Command skill_command();
Command serve_command();
Command serve_key_command(); // a word of `serve`
Command completion_command();
Command queue_command();
Command work_command();         // on a queue
Command work_on_jobs_command(); // of limn itself
Command manual_pages_command(); // of its build

} // namespace limn
