#pragma once

#include <span>
#include <string_view>

namespace limn {

enum class NewPluginKind { provider, config_source };

// A file of a new plugin's project, with the name of the plugin still to be filled in: "acme",
// "Acme" and "ACME" stand for it, @LIMN_PREFIX@ and @LIMN_DOC_DIR@ for where limn is.
struct TemplateFile {
  std::string_view path; // relative to the project
  std::string_view content;
};

// From the files beside this one, which CMake puts into the executable.
std::span<const TemplateFile> template_files(NewPluginKind kind);

} // namespace limn
