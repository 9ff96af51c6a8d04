#pragma once

#include <curl/curl.h>

#include <string_view>

// What limn calls of libcurl, without "curl_".
#define LIMN_LIBCURL_FUNCTIONS(X)                                                                  \
  X(easy_cleanup)                                                                                  \
  X(easy_getinfo)                                                                                  \
  X(easy_init)                                                                                     \
  X(easy_pause)                                                                                    \
  X(easy_setopt)                                                                                   \
  X(easy_strerror)                                                                                 \
  X(free)                                                                                          \
  X(global_cleanup)                                                                                \
  X(global_init)                                                                                   \
  X(multi_add_handle)                                                                              \
  X(multi_assign)                                                                                  \
  X(multi_cleanup)                                                                                 \
  X(multi_info_read)                                                                               \
  X(multi_init)                                                                                    \
  X(multi_remove_handle)                                                                           \
  X(multi_setopt)                                                                                  \
  X(multi_socket_action)                                                                           \
  X(slist_append)                                                                                  \
  X(slist_free_all)                                                                                \
  X(url)                                                                                           \
  X(url_cleanup)                                                                                   \
  X(url_get)                                                                                       \
  X(url_set)                                                                                       \
  X(url_strerror)                                                                                  \
  X(version_info)

namespace limn {

// The functions of libcurl, which is loaded by the first who asks for them: it and the thirty
// libraries behind it take more than half of the time in which a process starts, and much of what
// limn does asks no server. Never unloaded.
struct Libcurl {
#define LIMN_LIBCURL_MEMBER(name) decltype(&::curl_##name) name = nullptr;
  LIMN_LIBCURL_FUNCTIONS(LIMN_LIBCURL_MEMBER)
#undef LIMN_LIBCURL_MEMBER
};

// Null where it is not installed, or lacks one of them. From any thread.
const Libcurl* find_libcurl();

// What to say, and to do, then.
inline constexpr std::string_view k_no_libcurl = "libcurl.so.4 cannot be loaded";
inline constexpr std::string_view k_no_libcurl_hint = "apt install libcurl4 (7.88 or newer)";

// For who comes behind a find_libcurl() that found it.
inline const Libcurl& libcurl()
{
  return *find_libcurl();
}

} // namespace limn
