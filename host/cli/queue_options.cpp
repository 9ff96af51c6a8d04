#include "cli/queue_options.hpp"

#include "queue/postgres/address.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace limn {

void add_queue_option(CLI::App& command, std::string& url)
{
  command
    .add_option("--queue", url,
                "the database: postgresql://USER@HOST/DATABASE; else LIMN_QUEUE in the "
                "environment tells, which others of this machine do not see")
    ->type_name("URL");
}

Result<Secret> queue_address(const std::string& url, Redactor& redactor)
{
  if (!url.empty()) {
    return read_queue_address(url, redactor);
  }
  const auto* const named = std::getenv("LIMN_QUEUE");
  return read_queue_address(named == nullptr ? "" : named, redactor);
}

} // namespace limn
