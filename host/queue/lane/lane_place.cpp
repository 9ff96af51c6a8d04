#include "queue/lane/lane_place.hpp"

#include "base/digest.hpp"
#include "queue/queue_jobs.hpp"

#include <span>
#include <system_error>

namespace limn {

std::filesystem::path lane_folder(Session& session)
{
  const auto& state = session.host().options().state_folder;
  std::error_code ignored;
  return state.empty() ? std::filesystem::temp_directory_path(ignored) : state;
}

std::string lane_gateway(const Gateway& gateway)
{
  Sha256 digest;
  digest.update(std::as_bytes(std::span(gateway.id)));
  return digest.hex();
}

bool may_go_by_another(FailureClass failure_class)
{
  return failure_class == FailureClass::server || may_go_elsewhere(failure_class);
}

} // namespace limn
