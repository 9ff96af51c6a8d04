#pragma once

#include "batch/options.hpp"
#include "job/session.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace limn {

// What can be known of the items of a batch before anybody is asked, besides what their lines say:
// whether their gateways and providers are there, and that no two write to one file.
class ItemChecks
{
public:
  // Borrowed.
  ItemChecks(Session& session, const BatchOptions& options) : m_session(session), m_options(options)
  {
  }

  void check(int line, const GenerateOptions& job, std::vector<Failure>& mistakes);

  // There is no gateway at all, for any item that names none.
  const std::optional<Failure>& no_gateway() const { return m_no_gateway; }

  // What is done otherwise than some items say, each once.
  const std::set<std::string>& notices() const { return m_notices; }

  // Every folder takes a file: FailureClass::not_saved.
  Done check_folders();

private:
  void check_gateways(const GenerateOptions& job, std::vector<Failure>& mistakes);
  // The job as these gateways will be asked for it.
  Job suited(GenerateOptions job, const std::vector<Gateway>& gateways,
             std::vector<Failure>& mistakes);
  void check_providers(const std::vector<std::string>& ids, std::vector<Failure>& mistakes);
  void check_output(int line, const GenerateOptions& job, std::vector<Failure>& mistakes);

  Session& m_session;
  const BatchOptions& m_options;
  std::set<std::string> m_known_providers;
  std::map<std::filesystem::path, int> m_lines_of_files;
  std::set<std::filesystem::path> m_known_directories;        // as items name them; few do, of many
  std::map<std::filesystem::path, GenerateOptions> m_folders; // with a job that writes there
  std::set<std::string> m_notices;
  std::optional<Failure> m_no_gateway;
};

} // namespace limn
