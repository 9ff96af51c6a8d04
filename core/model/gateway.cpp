#include "model/gateway.hpp"

#include "base/digest.hpp"

namespace limn {

std::string gateway_id(const Gateway& gateway)
{
  return gateway.base_url + " " + fingerprint(gateway.key);
}

} // namespace limn
