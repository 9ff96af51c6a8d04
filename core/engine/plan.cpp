#include "engine/plan.hpp"

#include "model/job.hpp"

#include <algorithm>

namespace limn {

Plan::Plan(std::vector<Stop> stops) : m_stops(std::move(stops))
{
  skip_empty_gateways();
}

void Plan::advance(NextStep step)
{
  switch (step) {
  case NextStep::retry:
    return;
  case NextStep::stop:
    m_gateway = m_stops.size();
    return;
  case NextStep::next_size:
    if (has_smaller_size()) {
      ++m_size;
      return;
    }
    [[fallthrough]];
  case NextStep::next_provider:
    m_size = 0;
    if (m_provider + 1 < m_stops[m_gateway].providers.size()) {
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
  while (!done() && m_stops[m_gateway].providers.empty()) {
    ++m_gateway;
  }
}

std::vector<std::string> size_ladder(const std::string& asked,
                                     const std::vector<std::string>& fallback)
{
  std::vector<std::string> ladder{asked};
  std::vector<std::string> larger;
  const auto pixels = [](const std::string& text) {
    const auto size = parse_size(text);
    return size ? static_cast<long long>(size->width) * size->height : 0;
  };
  const auto asked_pixels = pixels(asked);
  for (const auto& text : fallback) {
    auto& list = asked_pixels > 0 && pixels(text) > asked_pixels ? larger : ladder;
    if (std::find(ladder.begin(), ladder.end(), text) == ladder.end()
        && std::find(larger.begin(), larger.end(), text) == larger.end()) {
      list.push_back(text);
    }
  }
  // A size below the whole ladder: its lowest rung is what a gateway may take instead.
  const bool is_a_rung = std::find(fallback.begin(), fallback.end(), asked) != fallback.end();
  if (ladder.size() == 1 && !is_a_rung) {
    std::stable_sort(larger.begin(), larger.end(),
                     [&](const auto& a, const auto& b) { return pixels(a) < pixels(b); });
    ladder.insert(ladder.end(), larger.begin(), larger.end());
  }
  return ladder;
}

} // namespace limn
