#pragma once

#include "conformance/false_host.hpp"
#include "plugin/provider.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn::conformance {

// One answer of the scripted gateway.
struct Reply {
  int status = 200;
  std::string body;
  std::string media_type = "application/json";
  Pairs headers;               // more of them; names in lower case
  std::uint32_t odd_event = 0; // an event of this kind, too, before the messages; 0: none
  std::size_t chunk_size = 0;  // bytes that come at a time; 0: all of them
  std::int64_t pause_ms = 0;   // on the clock, before each event
};

// The scripted gateway: what it says to the `index`-th request, from 0.
using Gatekeeper = std::function<Reply(const ProviderRequest& request, int index)>;

// One dialogue with a provider, driven as the host drives it: the answers go through the host's own
// message stream, images are lifted out of them, and nothing touches a network. Waiting only moves
// the clock.
class Conversation : private ResultReceiver
{
public:
  // All are borrowed.
  Conversation(Provider& provider, const Job& job, const Pairs& settings, FalseHost& host,
               Gatekeeper gatekeeper, std::span<const std::string> dropped = {});

  // Makes one call of the plugin: the next step, or one event of the answer. False: it is over.
  bool advance();

  // Makes all of them, at most so many.
  void run(int most_calls = 600);

  // For a dialogue that is given up.
  std::optional<ProviderRequest> cancel() { return m_dialogue->cancel(); }
  bool is_open() const { return m_dialogue.has_value(); }

  bool has_finished() const { return m_has_finished; }
  const std::optional<Failure>& failure() const { return m_failure; }
  const std::vector<ProviderRequest>& requests() const { return m_requests; }
  // The images that it found: their bytes where they had been lifted, else the text.
  const std::vector<std::string>& images() const { return m_images; }
  const std::vector<std::string>& notes() const { return m_notes; }
  bool used_dead_token() const { return m_used_dead_token; }

private:
  struct Event {
    ResponseEvent event;
    std::string content;
    std::string name;
    std::vector<std::pair<std::string, std::string>> runs; // token and bytes
  };
  class Cutter;

  bool take_step();
  void answer(const ProviderRequest& request);
  void image(std::string_view content, std::string_view revised_prompt) override;
  void partial(std::string_view content, std::optional<int> index) override;
  void usage(const Usage&) override {}
  void note(std::string_view key, std::string_view value) override;
  std::string bytes_of(std::string_view content);

  FalseHost& m_host;
  Gatekeeper m_gatekeeper;
  std::optional<Dialogue> m_dialogue;
  std::optional<Failure> m_failure;
  bool m_has_finished = false;
  bool m_used_dead_token = false;
  int m_tokens = 0;
  Pairs m_headers;             // of the answer under way
  std::int64_t m_pause_ms = 0; // likewise
  std::deque<Event> m_events;
  const Event* m_current = nullptr;
  std::vector<ProviderRequest> m_requests;
  std::vector<std::string> m_images;
  std::vector<std::string> m_notes;
};

// What every gateway of the kit is, as a provider sees it.
inline constexpr GatewayView k_gateway{"acme", "https://gateway.example/v1", "gpt-image-2"};

// How the provider has that gateway asked, with these settings.
Result<GatewayTerms> terms_of(Provider& provider, const Pairs& settings);

// The body of a request, its parts one behind the other; of a form, the values of its fields.
std::string body_of(const ProviderRequest& request);

} // namespace limn::conformance
