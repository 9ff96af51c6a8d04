#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::sandbox {

// An HTTP request as the sandbox sees it.
struct Request {
  std::string method;
  std::string path;                                         // without the query
  std::string query;                                        // behind the '?'
  std::vector<std::pair<std::string, std::string>> headers; // names in lower case
  std::string body;
  std::chrono::steady_clock::time_point received_at{}; // the log and every window count from it

  // The value of the first header of that name, or empty.
  std::string header(const std::string& name) const
  {
    for (const auto& [key, value] : headers) {
      if (key == name) {
        return value;
      }
    }
    return {};
  }

  // The key, in whichever header it stands; or empty.
  std::string key() const
  {
    for (const auto* name : {"api-key", "x-goog-api-key"}) {
      if (auto key = header(name); !key.empty()) {
        return key;
      }
    }
    return bearer();
  }

  // The key as OpenAI's API takes it, or empty.
  std::string bearer() const
  {
    constexpr std::string_view scheme = "Bearer ";
    const auto authorization = header("authorization");
    return authorization.starts_with(scheme) ? authorization.substr(scheme.size()) : std::string();
  }
};

} // namespace limn::sandbox
