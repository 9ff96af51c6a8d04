#include "model/job_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 7> k_job_states{
  {{JobState::queued, "queued"},
   {JobState::claimed, "claimed"},
   {JobState::sent, "sent"},
   {JobState::done, "done"},
   {JobState::refused, "refused"},
   {JobState::unknown, "unknown"},
   {JobState::cancelled, "cancelled"}}};

} // namespace

std::string_view to_string(JobState state)
{
  return std::ranges::find(k_job_states, state, [](auto& one) { return one.first; })->second;
}

std::optional<JobState> job_state_from(std::string_view name)
{
  const auto* found = std::ranges::find(k_job_states, name, [](auto& one) { return one.second; });
  return found == k_job_states.end() ? std::nullopt : std::optional(found->first);
}

bool is_final(JobState state)
{
  return state != JobState::queued && state != JobState::claimed && state != JobState::sent;
}

} // namespace limn
