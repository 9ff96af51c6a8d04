#include "conformance/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn::conformance {

Trial::Trial(Subject& subject, HostWishes wishes, Manner manner)
  : m_host(std::move(wishes)), m_relay(subject.component(), subject.notebook, manner),
    m_made_once(m_relay.provider(m_host.host()))
{
  if (m_made_once) {
    m_provider = &*m_made_once;
  }
}

std::optional<Verdict> Trial::obstacle() const
{
  if (!m_made_once) {
    if (!m_relay.breach().empty()) {
      return skipped_for_breach(m_relay.breach());
    }
    return skipped(fmt::format("no instance could be made: {}", describe(m_made_once.error())));
  }
  return std::nullopt;
}

std::unique_ptr<Conversation> Trial::open(Gatekeeper gatekeeper, const Job& job,
                                          std::span<const std::string> dropped)
{
  return std::make_unique<Conversation>(**m_provider, job, settings, m_host, std::move(gatekeeper),
                                        dropped);
}

std::unique_ptr<Conversation> Trial::talk(Gatekeeper gatekeeper, const Job& job,
                                          std::span<const std::string> dropped)
{
  auto conversation = open(std::move(gatekeeper), job, dropped);
  conversation->run();
  return conversation;
}

Job Trial::plain_job()
{
  Job job;
  job.prompt = "a small lighthouse at dusk";
  job.size = "1024x1024";
  return job;
}

std::string Trial::breach() const
{
  return m_provider ? (*m_provider)->breach() : m_relay.breach();
}

KnownShape known_shape(Subject& subject)
{
  auto candidates = shapes_of(subject.samples);
  const auto own = candidates.size();
  candidates.insert(candidates.end(), shapes().begin(), shapes().end());
  std::string last = "it asked for nothing";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Trial trial(subject);
    if (auto obstacle = trial.obstacle()) {
      return {std::nullopt, *obstacle};
    }
    const auto conversation = trial.talk(good_gatekeeper(candidates[i]));
    if (const auto breach = trial.breach(); !breach.empty()) {
      return {std::nullopt, skipped_for_breach(breach)};
    }
    const auto& images = conversation->images();
    // A sample may hold more pictures than the one that is meant: its thumbnail, a preview.
    if (i < own ? std::ranges::count(images, candidates[i].given(picture(1))) > 0
                : !images.empty()) {
      return {std::move(candidates[i]), {}};
    }
    if (!conversation->requests().empty()) {
      last = fmt::format("{} {}", conversation->requests().front().method,
                         conversation->requests().front().path);
    }
  }
  return {std::nullopt,
          skipped(fmt::format("it found an image in no answer that this kit knows ({}); {}", last,
                              own == 0 ? "--answer FILE gives it one of its gateway's"
                                       : "nor in those of --answer"))};
}

Verdict skipped_for_breach(const std::string& breach)
{
  return skipped(fmt::format("it {}: see the tests calls.*", breach));
}

bool ends_the_job(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::content:
  case FailureClass::outcome_unknown:
  case FailureClass::no_image:
  case FailureClass::bad_image:
  case FailureClass::internal:
    return true;
  default:
    return false;
  }
}

std::string describe(const Failure& failure)
{
  return fmt::format("{} ({})", failure.message, to_string(failure.failure_class));
}

} // namespace limn::conformance
