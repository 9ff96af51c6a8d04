#include "mcp/failure_advice.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

// The hints of the command line name its options: these are said instead.
struct Advice {
  std::string_view failure_class;
  std::string_view retry; // never, after_change, later, ask_user
  std::string_view hint;  // empty: the failure's own
};

constexpr std::array k_advice{
  Advice{"usage", "after_change", ""},
  Advice{"settings", "ask_user", ""},
  Advice{"no_gateway", "ask_user",
         "image_gateways tells what was looked at; the user sets one up: limn init"},
  Advice{"auth", "ask_user", "the user has to look at the key of that gateway"},
  Advice{"access", "ask_user", "the user has to let the key use the model, on the gateway's pages"},
  Advice{"billing", "ask_user", "the user adds credit, or raises the limit"},
  Advice{"content", "after_change",
         "it may have been charged for. Reword the prompt once; else tell the user"},
  Advice{"invalid_request", "after_change", "change what the quoted text names"},
  Advice{"size", "after_change", "ask for another size"},
  Advice{"parameter", "after_change", "leave out the argument that the quoted text names"},
  Advice{"unsupported", "after_change",
         "leave out inputs, mask or transparent: no gateway takes them"},
  Advice{"model", "ask_user", "image_gateways with refresh: true tells what the gateways list"},
  Advice{"endpoint", "ask_user", "the user has to look at the base URL of that gateway"},
  Advice{"rate_limited", "later", "wait a minute, then the same call again"},
  Advice{"server", "later", "wait a minute, then the same call again"},
  Advice{"unreachable", "later", "see to the network, then the same call again"},
  Advice{"tls", "ask_user", "the connection could not be made safe: the user has to look at it"},
  Advice{"unclear", "after_change",
         "nobody understood the refusal; change what the quoted text names"},
  Advice{"not_found", "after_change", ""},
  Advice{"not_saved", "ask_user",
         "free some room, or let the user say where files may go; what was drawn is found by `limn "
         "recover`"},
  Advice{"cancelled", "later", "nothing was paid for; the same call again if it is wanted"},
  Advice{"internal", "later", "the same call again; if it fails again tell the user"},
};

bool is_lost(std::string_view failure_class, bool may_have_been_charged)
{
  // A refusal may be charged for, and other words are another picture.
  return may_have_been_charged && failure_class != "content";
}

} // namespace

std::string_view advice_for(std::string_view failure_class, bool may_have_been_charged)
{
  const auto* const row = std::ranges::find(k_advice, failure_class, &Advice::failure_class);
  return row == k_advice.end() || is_lost(failure_class, may_have_been_charged) ? "never"
                                                                                : row->retry;
}

std::string_view hint_for(std::string_view failure_class, bool may_have_been_charged,
                          std::string_view own)
{
  if (failure_class != "not_saved" && is_lost(failure_class, may_have_been_charged)) {
    return k_lost_hint;
  }
  const auto* const row = std::ranges::find(k_advice, failure_class, &Advice::failure_class);
  return row == k_advice.end() || row->hint.empty() ? own : row->hint;
}

} // namespace limn
