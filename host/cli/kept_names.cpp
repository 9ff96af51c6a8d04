#include "cli/kept_names.hpp"

namespace limn {

void keep_names(Session& session, NamesOf which, const std::vector<Gateway>& gateways,
                const KnownNames& listed)
{
  const auto& folder = session.host().options().state_folder;
  if (folder.empty()) {
    return;
  }
  std::vector<std::string> names;
  for (const auto& gateway : gateways) {
    names.push_back(gateway.name);
  }
  static_cast<void>(keep_known_names(known_names_file(folder), which, names, listed));
}

} // namespace limn
