#include "conformance/trial.hpp"

#include <fmt/format.h>

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
  std::string last = "it asked for nothing";
  for (const auto& shape : shapes()) {
    Trial trial(subject);
    if (auto obstacle = trial.obstacle()) {
      return {nullptr, *obstacle};
    }
    const auto conversation = trial.talk(good_gatekeeper(shape));
    if (const auto breach = trial.breach(); !breach.empty()) {
      return {nullptr, skipped_for_breach(breach)};
    }
    if (!conversation->images().empty()) {
      return {&shape, {}};
    }
    if (!conversation->requests().empty()) {
      last = fmt::format("{} {}", conversation->requests().front().method,
                         conversation->requests().front().path);
    }
  }
  return {nullptr,
          skipped(fmt::format("it found an image in no answer that this kit knows ({})", last))};
}

Verdict skipped_for_breach(const std::string& breach)
{
  return skipped(fmt::format("it {}: see the tests calls.*", breach));
}

std::string describe(const Failure& failure)
{
  return fmt::format("{} ({})", failure.message, to_string(failure.failure_class));
}

} // namespace limn::conformance
