#include "queue/postgres/libpq.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace limn {

Result<std::shared_ptr<const Libpq>> Libpq::load()
{
  constexpr auto k_file = "libpq.so.5";
  void* const library = ::dlopen(k_file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(FailureClass::settings,
                fmt::format("a queue needs libpq, and {} cannot be loaded", k_file),
                "apt install libpq5");
  }
  auto functions = std::make_shared<Libpq>();
  const auto* missing = "";
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(library, name));
    missing = function == nullptr ? name : missing;
  };
#define LIMN_LIBPQ_FIND(name) find(functions->name, #name);
  LIMN_LIBPQ_FUNCTIONS(LIMN_LIBPQ_FIND)
#undef LIMN_LIBPQ_FIND
  if (*missing != '\0') {
    return fail(FailureClass::settings, fmt::format("{} has no {}", k_file, missing),
                "a queue needs libpq 9.2 or newer");
  }
  return functions;
}

} // namespace limn
