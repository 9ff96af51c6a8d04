#pragma once

#include <sys/socket.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace limn {

// Where the hosts were found that were asked without a restriction: the user's own gateways. A name
// that means something else later is not among them.
class KnownAddresses
{
public:
  // The address as libcurl tells it: without brackets.
  void add(const std::string& host, std::string_view address);

  // Whether `host` was found there.
  bool has(const std::string& host, const sockaddr& address) const;

private:
  std::set<std::pair<std::string, std::string>> m_known;
};

} // namespace limn
