#include "fallback/plan.hpp"

#include "model/job.hpp"

#include <algorithm>

namespace limn {

Plan::Plan(std::vector<std::vector<std::string>> providers, std::vector<std::string> sizes)
  : m_providers(std::move(providers)), m_sizes(std::move(sizes))
{
  skip_empty_gateways();
}

void Plan::advance(NextStep step)
{
  switch (step) {
  case NextStep::retry:
    return;
  case NextStep::stop:
    m_gateway = m_providers.size();
    return;
  case NextStep::next_size:
    if (has_smaller_size()) {
      ++m_size;
      return;
    }
    [[fallthrough]];
  case NextStep::next_provider:
    m_size = 0;
    if (m_provider + 1 < m_providers[m_gateway].size()) {
      ++m_provider;
      return;
    }
    [[fallthrough]];
  case NextStep::next_gateway:
    m_size = 0;
    m_provider = 0;
    ++m_gateway;
    skip_empty_gateways();
    return;
  }
}

void Plan::skip_empty_gateways()
{
  while (!done() && m_providers[m_gateway].empty()) {
    ++m_gateway;
  }
}

std::vector<std::string> size_ladder(const std::string& asked,
                                     const std::vector<std::string>& fallback)
{
  std::vector<std::string> ladder{asked};
  const auto pixels = [](Size size) { return static_cast<long long>(size.width) * size.height; };
  const auto first = parse_size(asked);
  for (const auto& text : fallback) {
    const auto size = parse_size(text);
    const bool larger = first && size && pixels(*size) > pixels(*first);
    if (!larger && std::find(ladder.begin(), ladder.end(), text) == ladder.end()) {
      ladder.push_back(text);
    }
  }
  return ladder;
}

} // namespace limn
