#include "model/gateway.hpp"

#include "base/ascii.hpp"
#include "base/digest.hpp"

#include <algorithm>
#include <iterator>

namespace limn {

Pairs headers_beside_key(const Gateway& gateway)
{
  if (gateway.key.empty()) {
    return gateway.headers;
  }
  Pairs headers;
  std::ranges::copy_if(gateway.headers, std::back_inserter(headers), [&](const auto& header) {
    return !equal_ignoring_case(header.first, gateway.terms.key.header);
  });
  return headers;
}

bool takes_batches(const Gateway& gateway)
{
  return gateway.batches.value_or(gateway.base_url == "https://api.openai.com/v1");
}

std::string gateway_id(const Gateway& gateway)
{
  return gateway.base_url + " " + fingerprint(gateway.key);
}

} // namespace limn
