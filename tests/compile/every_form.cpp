// Every form of a component that is right. If this one fails, those of must_not_compile fail for
// the wrong reason.
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Plain {
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
};
struct Described {
  explicit Described(sdk::Host);
  sdk::Request build(const sdk::Job&, const sdk::Gateway&) const;
  sdk::Answer read(sdk::Message) const;
  sdk::Capabilities describe() const;
  sdk::Terms terms(const sdk::Gateway&) const;
};
struct Configured {
  explicit Configured(const sdk::Settings&);
  Configured(const Configured&) = delete; // need not be movable
  sdk::Request build(sdk::Job, sdk::Gateway);
  sdk::Answer read(const sdk::Message&);
};

struct Conversation {
  sdk::Step next();
  void receive(const sdk::Event&, sdk::Results&);
};
struct Breakable : Conversation {
  std::optional<sdk::Request> cancel();
};
struct Short final : sdk::OneRequestDialogue {
  Short();
  void read(const sdk::Event&, sdk::Results&) override;
  void end(const sdk::Event&) override;
};
template <typename D>
struct Opens {
  Opens(sdk::Host, const sdk::Settings&);
  std::unique_ptr<D> open(const sdk::Job&, const sdk::Gateway&);
};
struct OpensAndTells : Opens<Conversation> {
  using Opens::Opens;
  sdk::Terms terms(sdk::Gateway) const;
};

struct Source {
  void collect(sdk::Gateways&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Plain>("a", "", ""),
            sdk::provider<Described>("b", "", ""), sdk::provider<Configured>("c", "", ""),
            sdk::provider<Opens<Conversation>>("d", "", ""),
            sdk::provider<Opens<Breakable>>("e", "", ""), sdk::provider<Opens<Short>>("f", "", ""),
            sdk::provider<OpensAndTells>("h", "", ""), sdk::config_source<Source>("g", "", ""))
