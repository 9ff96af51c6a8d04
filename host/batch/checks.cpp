#include "batch/checks.hpp"

#include "job/job_check.hpp"
#include "job/job_output.hpp"

#include <fmt/format.h>

namespace limn {

void ItemChecks::check(int line, const GenerateOptions& job, std::vector<Failure>& mistakes)
{
  check_gateways(job, mistakes);
  check_providers(job.engine.providers, mistakes);
  check_output(line, job, mistakes);
}

void ItemChecks::check_gateways(const GenerateOptions& job, std::vector<Failure>& mistakes)
{
  if (m_options.sandbox) {
    suited(job, {Gateway()}, mistakes);
    return;
  }
  const auto gateways = m_session.host().gateways(job.gateways);
  if (!gateways && gateways.error().failure_class == FailureClass::no_gateway) {
    m_no_gateway = gateways.error();
  } else if (!gateways) {
    mistakes.push_back(gateways.error());
  } else {
    const auto as_asked = suited(job, *gateways, mistakes);
    if (m_options.max_cost
        && !m_session.host().engine().estimate(as_asked, *gateways, job.engine).is_known()) {
      mistakes.push_back(unknown_cost());
    }
  }
}

Job ItemChecks::suited(GenerateOptions job, const std::vector<Gateway>& gateways,
                       std::vector<Failure>& mistakes)
{
  if (const auto done = suit_to_gateways(m_session.host(), job, gateways); !done) {
    mistakes.push_back(done.error());
  }
  m_notices.insert(job.notices.begin(), job.notices.end());
  return std::move(job.job);
}

void ItemChecks::check_providers(const std::vector<std::string>& ids,
                                 std::vector<Failure>& mistakes)
{
  for (const auto& id : ids) {
    if (m_known_providers.count(id) != 0) {
      continue;
    }
    if (const auto provider = m_session.host().registry().provider(id); !provider) {
      mistakes.push_back(provider.error());
    } else {
      m_known_providers.insert(id);
    }
  }
}

void ItemChecks::check_output(int line, const GenerateOptions& job, std::vector<Failure>& mistakes)
{
  const bool is_named = !job.output_file.empty();
  if (!is_named && m_known_directories.contains(job.output_directory)) {
    return;
  }
  const auto output = JobOutput::choose(m_session, job);
  if (!output) {
    mistakes.push_back(output.error());
    return;
  }
  if (!output->is_file()) {
    mistakes.emplace_back(FailureClass::usage,
                          fmt::format("{} takes no image of a batch", job.output_file.string()),
                          "name a file");
    return;
  }
  m_folders.emplace(output->folder(), job);
  if (!is_named) {
    m_known_directories.insert(job.output_directory);
  }
  if (output->file_name().empty()) {
    return;
  }
  if (output->is_in_store()) {
    return; // no two pictures have one name there
  }
  std::error_code error;
  const auto folder = std::filesystem::weakly_canonical(output->folder(), error);
  const auto file = (error ? output->folder() : folder) / output->file_name();
  const auto [first, is_new] = m_lines_of_files.emplace(file, line);
  if (!is_new) {
    mistakes.emplace_back(FailureClass::usage, fmt::format("the output {} is that of line {}, too",
                                                           file.string(), first->second));
  }
}

Done ItemChecks::check_folders()
{
  for (const auto& [folder, job] : m_folders) {
    LIMN_TRY_ASSIGN(auto output, JobOutput::choose(m_session, job));
    LIMN_TRY(output.open(m_session));
  }
  return {};
}

} // namespace limn
