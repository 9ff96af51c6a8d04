#pragma once

#include "conformance/answers.hpp"
#include "conformance/conversation.hpp"
#include "conformance/relay.hpp"
#include "conformance/suite.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn::conformance {

// A secret that is planted wherever a plugin could pick it up; it begins with these words, and
// shows up in no message.
inline constexpr std::string_view k_canary = "lc-canary-5fW9bXe2Qm";

// One instance of a provider with its host, ready to talk.
class Trial
{
public:
  // Why there is none is in `obstacle`.
  Trial(Subject& subject, HostWishes wishes = {}, Manner manner = {});

  Provider* provider() { return m_provider ? m_provider->get() : nullptr; }
  // Why a test that is about something else cannot be made: skipped, with the reason.
  std::optional<Verdict> obstacle() const;

  std::unique_ptr<Conversation> open(Gatekeeper gatekeeper, const Job& job = plain_job(),
                                     std::span<const std::string> dropped = {});
  // The same, talked to its end.
  std::unique_ptr<Conversation> talk(Gatekeeper gatekeeper, const Job& job = plain_job(),
                                     std::span<const std::string> dropped = {});

  static Job plain_job();

  // The rule that the plugin broke; empty while it keeps them. Tests that are about something else
  // leave that to those that are about it.
  std::string breach() const;
  Relay& relay() { return m_relay; }
  FalseHost& host() { return m_host; }
  const Result<std::unique_ptr<Provider>>& made() const { return m_made_once; }
  Pairs settings; // of the gateway

private:
  FalseHost m_host;
  Relay m_relay;
  Result<std::unique_ptr<Provider>> m_made_once;
  std::unique_ptr<Provider>* m_provider = nullptr;
};

// The shape of answer that this provider finds an image in, or why there is none. The answers that
// its author gave come first.
struct KnownShape {
  std::optional<Shape> shape;
  Verdict reason; // skipped; set if there is none
};
KnownShape known_shape(Subject& subject);

Verdict skipped_for_breach(const std::string& breach);

// After these the host does not pay again.
bool ends_the_job(FailureClass failure_class);

std::string describe(const Failure& failure);

} // namespace limn::conformance
