// provider<P>(...): a class of the author's as a component of the contract.
#pragma once

#include <limn/sdk/boundary.hpp>
#include <limn/sdk/one_request.hpp>

#include <concepts>

namespace limn::sdk {

// --- Interface ---

// A component for LIMN_PLUGIN. `P` has one of two forms, which sdk.hpp shows; what is missing or
// wrong in it is a compile error that begins with "expected signature".
template <typename P>
constexpr limn_component provider(std::string_view id, std::string_view display_name,
                                  std::string_view summary);

// --- Implementation: checks ---

namespace detail {

template <typename T>
inline constexpr bool is_unique_ptr = false;
template <typename T>
inline constexpr bool is_unique_ptr<std::unique_ptr<T>> = true;

template <typename P>
concept HasBuild = requires(P& p, const Job& j, const Gateway& g)
{
  p.build(j, g);
}
|| requires
{
  &P::build;
};
template <typename P>
concept HasRead = requires(P& p, const Message& m)
{
  p.read(m);
}
|| requires
{
  &P::read;
};
template <typename P>
concept HasOpen = requires(P& p, const Job& j, const Gateway& g)
{
  p.open(j, g);
}
|| requires
{
  &P::open;
};
template <typename P>
concept HasDescribe = requires(P& p)
{
  p.describe();
}
|| requires
{
  &P::describe;
};
template <typename D>
concept HasCancel = requires(D& d)
{
  d.cancel();
}
|| requires
{
  &D::cancel;
};

template <typename P>
concept HasTerms = requires(P& p, const Gateway& g)
{
  p.terms(g);
}
|| requires
{
  &P::terms;
};

template <typename P>
concept TellsTerms = requires(const P& p, const Gateway& g)
{
  {
    p.terms(g)
    } -> std::same_as<Terms>;
};

template <typename P>
concept Describes = requires(const P& p)
{
  {
    p.describe()
    } -> std::same_as<Capabilities>;
};
template <typename P>
concept Builds = requires(P& p, const Job& j, const Gateway& g)
{
  {
    p.build(j, g)
    } -> std::same_as<Request>;
};
template <typename P>
concept Reads = requires(P& p, const Message& m)
{
  {
    p.read(m)
    } -> std::same_as<Answer>;
};
template <typename P>
concept Opens = requires(P& p, const Job& j, const Gateway& g)
{
  requires is_unique_ptr<std::remove_cvref_t<decltype(p.open(j, g))>>;
};
template <typename D>
concept SaysNext = requires(D& d)
{
  {
    d.next()
    } -> std::convertible_to<Step>;
};
template <typename D>
concept Receives = requires(D& d, const Event& e, Results& r)
{
  {
    d.receive(e, r)
    } -> std::same_as<void>;
};
template <typename D>
concept Cancels = requires(D& d)
{
  {
    d.cancel()
    } -> std::convertible_to<std::optional<Request>>;
};

template <typename P>
constexpr void check_component()
{
  static_assert(is_component<P>,
                "expected constructor: (limn::sdk::Host, limn::sdk::Settings), one of them, or "
                "none; and it must be public");
}

template <typename P>
constexpr void check_provider()
{
  check_component<P>();
  static_assert(!HasDescribe<P> || Describes<P>,
                "expected signature: limn::sdk::Capabilities describe() const");
  static_assert(!HasTerms<P> || TellsTerms<P>,
                "expected signature: limn::sdk::Terms terms(const limn::sdk::Gateway&) const");
  static_assert(HasOpen<P> || HasBuild<P> || HasRead<P>,
                "expected a provider: public limn::sdk::Request build(const limn::sdk::Job&, const "
                "limn::sdk::Gateway&) and limn::sdk::Answer read(const limn::sdk::Message&), or "
                "std::unique_ptr<D> open(const limn::sdk::Job&, const limn::sdk::Gateway&)");
  static_assert(!HasOpen<P> || !(HasBuild<P> || HasRead<P>),
                "expected one form: a provider has either open, or build and read");
}

} // namespace detail

// --- Implementation: one request ---

namespace detail {

// A provider with `build` and `read`, as one that opens dialogues.
template <typename P>
class OneRequestProvider
{
public:
  static_assert(Builds<P>, "expected signature: limn::sdk::Request build(const limn::sdk::Job&, "
                           "const limn::sdk::Gateway&)");
  static_assert(Reads<P>, "expected signature: limn::sdk::Answer read(const limn::sdk::Message&)");

  OneRequestProvider(Host host, Settings settings)
    : m_host(host), m_provider(made<P>(host, std::move(settings)))
  {
  }

  Capabilities describe() const
  {
    if constexpr (Describes<P>) {
      return m_provider.describe();
    } else {
      return {};
    }
  }

  Terms terms(const Gateway& gateway) const requires TellsTerms<P>
  {
    return m_provider.terms(gateway);
  }

  std::unique_ptr<OneRequestDialogue> open(const Job& job, const Gateway& gateway)
  {
    Request request = m_provider.build(job, gateway);
    request.billable = true; // the only request on the way to an image is the one that costs
    return std::make_unique<Dialogue>(m_host, m_provider, std::move(request));
  }

private:
  class Dialogue final : public ReadingDialogue
  {
  public:
    Dialogue(Host host, P& provider, Request request)
      : ReadingDialogue(host, std::move(request)), m_provider(provider)
    {
    }

  private:
    Answer read_message(const Message& message) override { return m_provider.read(message); }

    P& m_provider;
  };

  Host m_host;
  P m_provider;
};

} // namespace detail

// --- Implementation: functions of the contract ---

namespace detail {

inline void send(const limn_step_sink* sink, const Request& request)
{
  const auto headers = borrow(request.headers);
  std::vector<limn_part> parts;
  parts.reserve(request.parts.size());
  for (const auto& part : request.parts) {
    parts.push_back({sizeof(limn_part), part.kind, to_abi(part.text), part.input, 0,
                     to_abi(part.name), to_abi(part.filename), to_abi(part.media_type)});
  }
  std::vector<const limn_part*> pointers;
  pointers.reserve(parts.size());
  for (const auto& part : parts) {
    pointers.push_back(&part);
  }
  const limn_request described{
    sizeof(limn_request),
    request.billable ? LIMN_REQUEST_BILLABLE : 0u,
    to_abi(request.method),
    to_abi(request.path),
    headers.data(),
    headers.size(),
    static_cast<uint32_t>(request.multipart ? LIMN_BODY_MULTIPART : LIMN_BODY_CONCATENATED),
    0,
    pointers.data(),
    pointers.size(),
    to_abi(request.target)};
  sink->send(sink->context, &described);
}

inline void tell(const limn_step_sink* sink, const Step& step)
{
  if (const auto* to_send = std::get_if<Send>(&step)) {
    send(sink, to_send->request);
  } else if (const auto* to_wait = std::get_if<Wait>(&step)) {
    sink->wait(sink->context, to_wait->time.count());
  } else {
    sink->finish(sink->context);
  }
}

inline void tell(const limn_terms_sink* sink, const Terms& terms)
{
  const limn_terms told{sizeof(limn_terms),        terms.flags,
                        to_abi(terms.key_header),  to_abi(terms.key_scheme),
                        to_abi(terms.models_path), to_abi(terms.models_list),
                        to_abi(terms.models_id),   terms.longest_attempt.count()};
  sink->tell(sink->context, &told);
}

// `P` opens dialogues.
template <typename P>
struct ProviderFunctions {
  static_assert(Opens<P>, "expected signature: std::unique_ptr<D> open(const limn::sdk::Job&, "
                          "const limn::sdk::Gateway&)");

  using Dialogue = std::remove_pointer_t<decltype(std::declval<P&>()
                                                    .open(std::declval<const Job&>(),
                                                          std::declval<const Gateway&>())
                                                    .get())>;
  static_assert(SaysNext<Dialogue>, "expected signature in the dialogue: limn::sdk::Step next()");
  static_assert(Receives<Dialogue>, "expected signature in the dialogue: void receive(const "
                                    "limn::sdk::Event&, limn::sdk::Results&)");
  static_assert(!HasCancel<Dialogue> || Cancels<Dialogue>,
                "expected signature in the dialogue: std::optional<limn::sdk::Request> cancel()");

  static void describe(void* instance, limn_capabilities* capabilities) noexcept
  {
    try {
      Capabilities mine;
      if constexpr (Describes<P>) {
        mine = static_cast<const P*>(instance)->describe();
      }
      capabilities->max_count = mine.max_count;
      capabilities->flags = mine.flags;
    } catch (...) {
      // A provider that cannot say what it can do is one that can do nothing.
      capabilities->flags = 0;
    }
  }
  static limn_status open(void* instance, const limn_job* job, const limn_gateway* gateway,
                          void** dialogue, const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&] {
      *dialogue = static_cast<P*>(instance)->open(Job(*job), Gateway(*gateway)).release();
    });
  }
  static limn_status next(void* dialogue, const limn_step_sink* step,
                          const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&] { tell(step, static_cast<Dialogue*>(dialogue)->next()); });
  }
  static limn_status receive(void* dialogue, const limn_event* event,
                             const limn_result_sink* results,
                             const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&] {
      Results sink(results);
      static_cast<Dialogue*>(dialogue)->receive(*event, sink);
    });
  }
  static void close(void* dialogue) noexcept { delete static_cast<Dialogue*>(dialogue); }
  static limn_status cancel(void* dialogue, const limn_step_sink* step,
                            const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&] {
      if constexpr (Cancels<Dialogue>) {
        if (const std::optional<Request> last = static_cast<Dialogue*>(dialogue)->cancel()) {
          return send(step, *last);
        }
      }
      step->finish(step->context);
    });
  }

  static limn_status terms(void* instance, const limn_gateway* gateway, const limn_terms_sink* sink,
                           const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&] {
      if constexpr (TellsTerms<P>) {
        tell(sink, static_cast<const P*>(instance)->terms(Gateway(*gateway)));
      }
    });
  }

  static constexpr limn_provider_v1 table{
    sizeof(limn_provider_v1),       0, describe, open, next, receive, close, cancel,
    TellsTerms<P> ? terms : nullptr};
};

template <typename P>
constexpr limn_component provider_component(limn_str id, limn_str display_name, limn_str summary)
{
  return {sizeof(limn_component),
          0,
          to_abi(LIMN_KIND_PROVIDER),
          id,
          display_name,
          summary,
          create<P>,
          destroy<P>,
          &ProviderFunctions<P>::table};
}

} // namespace detail

template <typename P>
constexpr limn_component provider(std::string_view id, std::string_view display_name,
                                  std::string_view summary)
{
  detail::check_provider<P>();
  if constexpr (detail::HasOpen<P>) {
    return detail::provider_component<P>(detail::checked_id(id), to_abi(display_name),
                                         to_abi(summary));
  } else if constexpr (detail::HasBuild<P> || detail::HasRead<P>) {
    return detail::provider_component<detail::OneRequestProvider<P>>(
      detail::checked_id(id), to_abi(display_name), to_abi(summary));
  } else {
    return {};
  }
}

} // namespace limn::sdk
