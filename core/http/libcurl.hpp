#pragma once

#include "base/result.hpp"

#include <curl/curl.h>

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

// FailureClass::settings where it cannot be loaded, or is older than 7.88; who asks next tries
// again. From any thread.
Result<const Libcurl*> load_libcurl();

// For who comes behind one that was loaded.
const Libcurl& libcurl();

} // namespace limn
