#include "http/libcurl.hpp"

#include <dlfcn.h>

#include <memory>
#include <type_traits>

namespace limn {

namespace {

std::unique_ptr<const Libcurl> load()
{
  void* const library = ::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    return nullptr;
  }
  auto functions = std::make_unique<Libcurl>();
  bool is_whole = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(library, name));
    is_whole = is_whole && function != nullptr;
  };
#define LIMN_LIBCURL_FIND(name) find(functions->name, "curl_" #name);
  LIMN_LIBCURL_FUNCTIONS(LIMN_LIBCURL_FIND)
#undef LIMN_LIBCURL_FIND
  return is_whole ? std::move(functions) : nullptr;
}

} // namespace

const Libcurl* find_libcurl()
{
  static const auto functions = load();
  return functions.get();
}

} // namespace limn
