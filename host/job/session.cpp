#include "job/session.hpp"

#include "job/paths.hpp"
#include "loop/epoll_loop.hpp"

namespace limn {

namespace {

EngineHostOptions host_options(const GlobalOptions& options, Memory memory)
{
  EngineHostOptions host;
  host.settings_files = settings_files(options);
  host.state_folder = memory == Memory::kept ? state_folder() : std::filesystem::path();
  host.history_folder = state_folder();
  host.plugin_folder = installed_plugin_folder();
  for (const auto& file : options.plugin_files) {
    host.plugin_files.push_back(from_here(file));
  }
  host.isolate = options.isolate;
  host.has_plugins = !options.no_plugins;
  host.ca_file = options.ca_file.empty() ? options.ca_file : from_here(options.ca_file);
  host.user_agent = "limn/" LIMN_VERSION;
  return host;
}

} // namespace

SettingsFiles settings_files(const GlobalOptions& options)
{
  auto files = default_settings_files();
  if (!options.config_file.empty()) {
    files.limn_yaml = from_here(options.config_file);
    files.preferences = files.limn_yaml.parent_path() / "preferences.yaml";
    files.limn_yaml_required = options.config == ConfigFile::required;
  }
  return files;
}

Result<std::unique_ptr<Session>> Session::open(const GlobalOptions& options, Redactor& redactor,
                                               Terminal& terminal, Out& out, Memory memory)
{
  std::unique_ptr<Session> session(new Session(options, redactor, terminal, out));
  LIMN_TRY_ASSIGN(session->m_loop, epoll_loop());
  LIMN_TRY_ASSIGN(session->m_host, EngineHost::open(host_options(options, memory), *session->m_loop,
                                                    terminal, redactor));
  return session;
}

} // namespace limn
