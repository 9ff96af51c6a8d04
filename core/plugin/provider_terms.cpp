#include "plugin/guard.hpp"
#include "plugin/provider.hpp"
#include "plugin/terms_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

// Takes what `terms` tells.
struct TermsInbox {
  GuardedCall& call;
  int told = 0;
  GatewayTerms terms;

  static void tell(void* context, const limn_terms* terms) noexcept
  {
    auto* inbox = static_cast<TermsInbox*>(context);
    inbox->call.shield([=] {
      ++inbox->told;
      auto read = read_terms(terms);
      if (!read) {
        return inbox->call.note(read.error());
      }
      inbox->terms = std::move(*read);
    });
  }
};

} // namespace

Result<GatewayTerms> Provider::terms(const GatewayView& gateway)
{
  if (!LIMN_HAS(m_functions, limn_provider_v1, terms) || !m_functions->terms) {
    return GatewayTerms();
  }
  const auto text = [](std::string_view of) { return limn_str{of.data(), of.size()}; };
  std::vector<limn_kv> settings;
  if (gateway.settings) {
    for (const auto& [key, value] : *gateway.settings) {
      settings.push_back({text(key), text(value)});
    }
  }
  const limn_gateway told{sizeof(limn_gateway), 0,
                          text(gateway.name),   text(gateway.base_url),
                          text(gateway.model),  settings.data(),
                          settings.size()};
  GuardedCall call(m_conduct, "terms");
  TermsInbox inbox{call};
  const limn_terms_sink sink{sizeof(limn_terms_sink), 0, &inbox, TermsInbox::tell};
  LIMN_TRY(call.run([&] { return m_functions->terms(m_instance, &told, &sink, call.errors()); }));
  if (inbox.told > 1) {
    return fail(call.broken({0, fmt::format("told its terms {} times", inbox.told)}));
  }
  return std::move(inbox.terms);
}

} // namespace limn
