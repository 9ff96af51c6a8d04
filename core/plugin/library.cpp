// Without this Boost.DLL wants Boost.Filesystem, a library of its own.
#define BOOST_DLL_USE_STD_FS

#include "plugin/library.hpp"

#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>
#include <fmt/format.h>

#include <exception>
#include <string_view>

namespace limn {

namespace {

// Boost.DLL's own words around the system's say nothing that helps.
std::string_view reason_in(std::string_view what)
{
  constexpr std::string_view k_marker = "(dlerror system message: ";
  const auto start = what.find(k_marker);
  if (start == std::string_view::npos) {
    return what;
  }
  what.remove_prefix(start + k_marker.size());
  return what.substr(0, what.rfind(')'));
}

} // namespace

Result<std::vector<std::string>> exported_symbols(const std::filesystem::path& file)
{
  try {
    return boost::dll::library_info(file).symbols();
  } catch (const std::exception& e) {
    return fail(FailureClass::settings,
                fmt::format("its list of symbols cannot be read: {}", e.what()),
                "build or fetch it again");
  }
}

Result<const limn_entry*> open_library(const std::filesystem::path& file)
{
  using boost::dll::load_mode::type;
  // Code and data of a plugin may be in use until the process ends (a thread of its own, a handler
  // at exit): with RTLD_NODELETE the library stays when the handle goes.
  const auto mode = boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local
                    | static_cast<type>(RTLD_NODELETE);
  try {
    const boost::dll::shared_library library(file, mode);
    return &library.get<const limn_entry>(LIMN_ENTRY_SYMBOL);
  } catch (const std::exception& e) {
    return fail(FailureClass::settings,
                fmt::format("the system cannot load it: {}", reason_in(e.what())),
                "install what it needs, or build it for this system");
  }
}

} // namespace limn
