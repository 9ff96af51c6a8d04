#include "http/libcurl.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <type_traits>

namespace limn {

namespace {

constexpr unsigned k_oldest =
  0x075800; // 7.88: names of protocols in CURLOPT_PROTOCOLS_STR, and more

Failure unusable(std::string message)
{
  return {FailureClass::settings, std::move(message), "apt install libcurl4"};
}

Result<std::unique_ptr<const Libcurl>> open_libcurl()
{
  void* const library = ::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    return tl::unexpected(unusable(fmt::format("libcurl cannot be loaded: {}", ::dlerror())));
  }
  auto functions = std::make_unique<Libcurl>();
  const char* missing = nullptr;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(library, name));
    missing = function == nullptr ? name : missing;
  };
#define LIMN_LIBCURL_FIND(name) find(functions->name, "curl_" #name);
  LIMN_LIBCURL_FUNCTIONS(LIMN_LIBCURL_FIND)
#undef LIMN_LIBCURL_FIND
  if (missing != nullptr) {
    return tl::unexpected(unusable(fmt::format("libcurl.so.4 has no {}", missing)));
  }
  if (const auto& told = *functions->version_info(CURLVERSION_NOW); told.version_num < k_oldest) {
    return tl::unexpected(
      unusable(fmt::format("libcurl {} is older than 7.88, which limn needs", told.version)));
  }
  return functions;
}

// What was loaded stays: none of its functions may be in use when it goes.
std::atomic<const Libcurl*>& loaded()
{
  static std::atomic<const Libcurl*> functions = nullptr;
  return functions;
}

} // namespace

Result<const Libcurl*> load_libcurl()
{
  static std::mutex one_at_a_time;
  if (const auto* const known = loaded().load()) {
    return known;
  }
  const std::lock_guard lock(one_at_a_time);
  if (loaded().load() == nullptr) {
    LIMN_TRY_ASSIGN(auto opened, open_libcurl());
    loaded() = opened.release();
  }
  return loaded().load();
}

const Libcurl& libcurl()
{
  return *loaded().load();
}

} // namespace limn
