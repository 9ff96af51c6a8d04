#include "base/contains.hpp"
#include "engine/job_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// JobRun, as to what is left out of a request.
namespace limn {

namespace {

// Without these no image comes; to leave them out is no repair.
constexpr std::array<std::string_view, 6> k_essential{"model", "prompt",   "input",
                                                      "tools", "messages", "type"};

// "tools[0].quality" -> "quality"
std::string base_name(const std::string& parameter)
{
  return parameter.substr(parameter.rfind('.') + 1);
}

// Whether the user said something about that parameter.
bool asks_for(const Job& job, std::string_view parameter)
{
  return (parameter == "size" && job.size != "auto") || (parameter == "n" && job.count > 1)
         || (parameter == "quality" && !job.quality.empty())
         || (parameter == "background" && !job.background.empty())
         || (parameter == "moderation" && !job.moderation.empty())
         || (parameter == "output_format" && !job.output_format.empty())
         || (parameter == "output_compression" && job.output_compression)
         || (parameter == "stream" && job.partial_images > 0);
}

} // namespace

// What the user asked for is not left out without a word.
void JobRun::drop_what_was_refused_lately()
{
  const auto job = job_as_asked();
  for (const auto& parameter :
       m_lessons.refused_parameters(candidate().gateway, m_plan.provider())) {
    // Learnt of a job without previews: there are gateways that draw none without.
    const bool is_about_none = parameter == "partial_images" && job.partial_images > 0;
    if (is_about_none || contains(m_dropped, parameter)) {
      continue;
    }
    m_dropped.push_back(parameter);
    if (asks_for(job, parameter)) {
      m_listener.noticed(
        fmt::format("{} refused '{}' lately and is asked without it (limn forget {} clears that)",
                    candidate().gateway.name, parameter, candidate().gateway.name));
    }
  }
}

// For this gateway and provider, and for a while for all jobs.
void JobRun::leave_out(const std::string& parameter)
{
  m_listener.noticed(
    fmt::format("{} does not take '{}'; asking again without it", m_current.gateway, parameter));
  const auto name = base_name(parameter);
  if (name == "partial_images" && m_job.partial_images > 0 && !m_were_previews_refused) {
    m_were_previews_refused = true; // which says nothing of jobs that ask for none
    return;
  }
  m_dropped.push_back(parameter);
  if (name != parameter) {
    m_dropped.push_back(name);
  }
  m_lessons.refused_parameter(candidate().gateway, m_plan.provider(), name);
}

int JobRun::previews_to_ask_for(const Provider& provider) const
{
  return m_were_previews_refused ? 0 : previews_of(m_job, provider, m_dropped);
}

bool JobRun::can_drop(const std::string& parameter) const
{
  const auto name = base_name(parameter);
  return !name.empty()
         && std::find(k_essential.begin(), k_essential.end(), name) == k_essential.end()
         && !contains(m_dropped, name);
}

} // namespace limn
