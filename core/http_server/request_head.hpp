#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// The request line and the headers of a request that a server got.
struct RequestHead {
  std::string method;
  std::string target;                     // as it was sent: path and query, nothing decoded
  HeaderList headers;                     // names in lower case
  std::optional<std::uint64_t> body_size; // nothing: it comes in chunks

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }

  // Of the first header of that name, which is in lower case; empty: there is none.
  std::string_view header(std::string_view name) const
  {
    for (const auto& [key, value] : headers) {
      if (key == name) {
        return value;
      }
    }
    return {};
  }
};

} // namespace limn
