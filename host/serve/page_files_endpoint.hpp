#pragma once

#include "serve/endpoint.hpp"

#include <map>
#include <string>

namespace limn {

inline constexpr std::string_view k_page_path = "/";
inline constexpr std::string_view k_page_files_path = "/page";

// The page itself: / and /page/NAME, for whoever asks. Nothing of this machine is in it.
class PageFilesEndpoint : public Endpoint
{
public:
  // The parts are borrowed.
  explicit PageFilesEndpoint(const ServerParts& parts);

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  std::string m_policy;
  std::map<std::string, std::string, std::less<>> m_tags; // by name
};

} // namespace limn
