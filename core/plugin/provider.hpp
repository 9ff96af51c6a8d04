#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"
#include "model/gateway_terms.hpp"
#include "model/image.hpp"
#include "model/job.hpp"
#include "plugin/conduct.hpp"

#include <limn/abi.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace limn {

// --- What a provider says and hears, in the host's own types ---

struct ProviderCapabilities {
  std::uint64_t flags = 0; // LIMN_CAN_...
  int max_count = 1;
};

// The gateway as a provider sees it: never the key.
struct GatewayView {
  std::string_view name;
  std::string_view base_url;
  std::string_view model;
  const Pairs* settings = nullptr;
};

struct RequestPart {
  std::uint32_t kind = LIMN_PART_TEXT;
  std::string text;
  std::uint32_t input = 0;
  std::string name, filename, media_type; // multipart only
};

struct ProviderRequest {
  std::string method;
  std::string path;   // begins with '/'
  std::string target; // instead of it, if not empty: an absolute path or URL on the origin
  bool billable = false;
  Pairs headers;
  bool multipart = false;
  std::vector<RequestPart> parts;
};

struct SendStep {
  ProviderRequest request;
};
struct WaitStep {
  std::chrono::milliseconds time;
};
struct FinishStep {
};
using Step = std::variant<SendStep, WaitStep, FinishStep>;

// One event of a response. Borrowed for the call.
struct ResponseEvent {
  std::uint32_t kind = LIMN_EVENT_HEAD; // LIMN_EVENT_...
  int http_status = 0;
  const Pairs* headers = nullptr; // names in lower case
  std::uint32_t format = LIMN_FORMAT_JSON;
  std::string_view content;
  std::string_view event_name;
};

// What a provider found in a message. Strings are borrowed for the call.
class ResultReceiver
{
public:
  virtual ~ResultReceiver() = default;
  virtual void image(std::string_view content, std::string_view revised_prompt) = 0;
  // `index`: which preview of its image it is, from 0, if the gateway says so.
  virtual void partial(std::string_view content, std::optional<int> index) = 0;
  virtual void usage(const Usage& usage) = 0;
  virtual void note(std::string_view key, std::string_view value) = 0;
};

// A provider's conversation for one attempt. Not to outlive its Provider. A plugin that breaks a
// rule of the contract ends in FailureClass::internal with a message that names it. After a failure
// only destruction is left.
class Dialogue
{
public:
  // Takes over `dialogue`. What the plugin breaks is noted in `conduct`, which is the provider's
  // and outlives this.
  Dialogue(const limn_provider_v1* functions, void* dialogue, Conduct& conduct);
  Dialogue(Dialogue&& other) noexcept;
  Dialogue& operator=(Dialogue&& other) noexcept;
  ~Dialogue();

  Result<Step> next();
  Done receive(const ResponseEvent& event, ResultReceiver& results);

  // For a dialogue that is given up before it has finished: the request that tells the gateway to
  // stop, if the provider has one to send. Never billable. Only destruction is left afterwards.
  std::optional<ProviderRequest> cancel();

private:
  const limn_provider_v1* m_functions = nullptr; // null: moved from
  void* m_dialogue = nullptr;
  Conduct* m_conduct = nullptr;
};

// An instance of a provider component.
class Provider
{
public:
  // Where its code runs.
  enum class Place { here, own_process };

  // Takes over `instance`; `who` names it in messages. `log` is told of calls that take too long.
  Provider(const limn_component* component, void* instance, std::string who, Log* log = nullptr,
           Place place = Place::here);
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;
  ~Provider();

  std::string_view id() const;
  bool is_isolated() const { return m_place == Place::own_process; }
  ProviderCapabilities capabilities() const;

  // How this gateway is asked; `gateway` has no model. What the provider does not tell is as with
  // OpenAI.
  Result<GatewayTerms> terms(const GatewayView& gateway);

  // `dropped` names the parameters that the gateway refused; the members of `job` that they name
  // are cleared in what the plugin sees.
  Result<Dialogue> open(const Job& job, const GatewayView& gateway,
                        std::span<const std::string> dropped);

  // The rule that it broke; empty while it keeps them. From then on every call of it and of its
  // dialogues fails.
  const std::string& breach() const { return m_conduct.breach; }

private:
  const limn_component* m_component;
  const limn_provider_v1* m_functions;
  void* m_instance;
  mutable Conduct m_conduct; // asking for capabilities can show a breach, too
  Place m_place;
};

} // namespace limn
