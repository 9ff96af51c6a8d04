#include "conformance/relay.hpp"

#include "conformance/scarce_memory.hpp"
#include "plugin/guard.hpp"

#include <type_traits>
#include <utility>

namespace limn::conformance {

struct Relay::Instance {
  Relay* relay;
  void* real;
};

struct Relay::Dialogue {
  Relay* relay;
  void* real;
};

// Makes the call as one that is noted, and whose memory may fail.
template <typename Action>
auto Relay::watched(std::string_view function, Action&& action)
{
  struct Watch {
    Relay& relay;
    std::string_view function;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();

    Watch(Relay& a_relay, std::string_view a_function) : relay(a_relay), function(a_function)
    {
      relay.m_notebook.enter(function);
      if (relay.m_manner.failing_allocation > 0) {
        ScarceMemory::begin(relay.m_manner.failing_allocation);
      }
    }
    ~Watch()
    {
      if (relay.m_manner.failing_allocation > 0) {
        relay.m_manner.failing_allocation = ScarceMemory::end();
        relay.m_allocation_failed = relay.m_manner.failing_allocation == 0;
      }
      relay.m_notebook.leave();
      relay.m_calls.push_back({function, std::chrono::steady_clock::now() - start});
    }
  } const watch(*this, function);
  if constexpr (std::is_void_v<decltype(action())>) {
    std::forward<Action>(action)();
  } else {
    const limn_status status = std::forward<Action>(action)();
    if (status < LIMN_OK || status > LIMN_UNSUPPORTED) {
      m_odd_status = status;
    }
    return status;
  }
}

namespace {

// Hears what `cancel` says, and passes it on.
struct CancelListener {
  Relay::CancelSaid& said;
  const limn_step_sink& host;

  static void send(void* context, const limn_request* request)
  {
    auto* self = static_cast<CancelListener*>(context);
    ++self->said.steps;
    self->said.is_billable = request && (request->flags & LIMN_REQUEST_BILLABLE) != 0;
    self->host.send(self->host.context, request);
  }
  static void wait(void* context, std::int64_t milliseconds)
  {
    auto* self = static_cast<CancelListener*>(context);
    ++self->said.steps;
    self->said.is_wait = true;
    self->host.wait(self->host.context, milliseconds);
  }
  static void finish(void* context)
  {
    auto* self = static_cast<CancelListener*>(context);
    ++self->said.steps;
    self->host.finish(self->host.context);
  }
};

} // namespace

struct Relay::Functions {
  static const limn_provider_v1& table(const Relay& relay)
  {
    return *static_cast<const limn_provider_v1*>(relay.m_real.functions);
  }

  static const limn_gateway* lend(LentMemory& memory, const limn_gateway& gateway)
  {
    if (memory.is_plain()) {
      return &gateway;
    }
    auto copy = gateway;
    copy.name = memory.text(copy.name);
    copy.base_url = memory.text(copy.base_url);
    copy.model = memory.text(copy.model);
    copy.settings = memory.pairs(copy.settings, copy.setting_count);
    return memory.copied(copy);
  }

  static const limn_job* lend(LentMemory& memory, const limn_job& job)
  {
    if (memory.is_plain()) {
      return &job;
    }
    auto copy = job;
    for (auto* text : {&copy.prompt, &copy.size, &copy.quality, &copy.background,
                       &copy.output_format, &copy.moderation}) {
      *text = memory.text(*text);
    }
    std::vector<const limn_input*> inputs;
    for (std::size_t i = 0; i < copy.input_count; ++i) {
      auto input = *copy.inputs[i];
      input.media_type = memory.text(input.media_type);
      input.filename = memory.text(input.filename);
      inputs.push_back(memory.copied(input));
    }
    copy.inputs = memory.array(inputs);
    copy.dropped = memory.texts(copy.dropped, copy.dropped_count);
    return memory.copied(copy);
  }

  static const limn_event* lend(LentMemory& memory, const limn_event& event)
  {
    if (memory.is_plain()) {
      return &event;
    }
    auto copy = event;
    copy.content = memory.text(copy.content);
    copy.event_name = memory.text(copy.event_name);
    copy.headers = memory.pairs(copy.headers, copy.header_count);
    return memory.copied(copy);
  }

  static void destroy(void* instance)
  {
    auto* mine = static_cast<Instance*>(instance);
    auto& relay = *mine->relay;
    relay.watched("destroy", [&] { relay.m_real.destroy(mine->real); });
    delete mine;
  }

  static void describe(void* instance, limn_capabilities* capabilities)
  {
    auto* mine = static_cast<Instance*>(instance);
    auto& relay = *mine->relay;
    LentMemory memory(relay.m_manner.lending);
    auto* lent = memory.structure(*capabilities);
    relay.watched("describe", [&] { table(relay).describe(mine->real, lent); });
    capabilities->flags = lent->flags;
    capabilities->max_count = lent->max_count;
  }

  static limn_status open(void* instance, const limn_job* job, const limn_gateway* gateway,
                          void** dialogue, const limn_error_sink* errors)
  {
    auto* mine = static_cast<Instance*>(instance);
    auto& relay = *mine->relay;
    LentMemory memory(relay.m_manner.lending);
    const auto* lent_job = lend(memory, *job);
    const auto* lent_gateway = lend(memory, *gateway);
    const auto* lent_errors = memory.structure(*errors);
    void* made = nullptr;
    const auto status = relay.watched("open", [&] {
      return table(relay).open(mine->real, lent_job, lent_gateway, &made, lent_errors);
    });
    if (made && status == LIMN_OK) {
      *dialogue = new Dialogue{&relay, made};
    }
    return status;
  }

  static limn_status terms(void* instance, const limn_gateway* gateway,
                           const limn_terms_sink* terms, const limn_error_sink* errors)
  {
    auto* mine = static_cast<Instance*>(instance);
    auto& relay = *mine->relay;
    LentMemory memory(relay.m_manner.lending);
    const auto* lent_gateway = lend(memory, *gateway);
    const auto* lent_terms = memory.structure(*terms);
    const auto* lent_errors = memory.structure(*errors);
    return relay.watched("terms", [&] {
      return table(relay).terms(mine->real, lent_gateway, lent_terms, lent_errors);
    });
  }

  static limn_status next(void* dialogue, const limn_step_sink* step, const limn_error_sink* errors)
  {
    auto* mine = static_cast<Dialogue*>(dialogue);
    auto& relay = *mine->relay;
    LentMemory memory(relay.m_manner.lending);
    const auto* lent_step = memory.structure(*step);
    const auto* lent_errors = memory.structure(*errors);
    return relay.watched("next",
                         [&] { return table(relay).next(mine->real, lent_step, lent_errors); });
  }

  static limn_status receive(void* dialogue, const limn_event* event,
                             const limn_result_sink* results, const limn_error_sink* errors)
  {
    auto* mine = static_cast<Dialogue*>(dialogue);
    auto& relay = *mine->relay;
    LentMemory memory(relay.m_manner.lending);
    const auto* lent_event = lend(memory, *event);
    const auto* lent_results = memory.structure(*results);
    const auto* lent_errors = memory.structure(*errors);
    return relay.watched("receive", [&] {
      return table(relay).receive(mine->real, lent_event, lent_results, lent_errors);
    });
  }

  static void close(void* dialogue)
  {
    auto* mine = static_cast<Dialogue*>(dialogue);
    auto& relay = *mine->relay;
    relay.watched("close", [&] { table(relay).close(mine->real); });
    delete mine;
  }

  static limn_status cancel(void* dialogue, const limn_step_sink* step,
                            const limn_error_sink* errors)
  {
    auto* mine = static_cast<Dialogue*>(dialogue);
    auto& relay = *mine->relay;
    LentMemory memory(relay.m_manner.lending);
    CancelListener listener{relay.m_cancel_said, *step};
    relay.m_cancel_said = {};
    const limn_step_sink heard{
      sizeof(limn_step_sink), 0, &listener, CancelListener::send, CancelListener::wait,
      CancelListener::finish};
    const auto* lent_step = memory.structure(heard);
    const auto* lent_errors = memory.structure(*errors);
    return relay.watched("cancel",
                         [&] { return table(relay).cancel(mine->real, lent_step, lent_errors); });
  }

  static limn_status collect(void* instance, const limn_query* query,
                             const limn_gateway_sink* gateways, const limn_error_sink* errors)
  {
    auto* mine = static_cast<Instance*>(instance);
    auto& relay = *mine->relay;
    const auto& real = *static_cast<const limn_config_source_v1*>(relay.m_real.functions);
    LentMemory memory(relay.m_manner.lending);
    const auto* lent_query = memory.structure(*query);
    const auto* lent_gateways = memory.structure(*gateways);
    const auto* lent_errors = memory.structure(*errors);
    return relay.watched(
      "collect", [&] { return real.collect(mine->real, lent_query, lent_gateways, lent_errors); });
  }

  static constexpr limn_config_source_v1 source{sizeof(limn_config_source_v1), 0, collect};
};

Relay::Relay(const limn_component& component, Notebook& notebook, Manner manner)
  : m_real(component), m_notebook(notebook), m_manner(manner),
    m_kept({manner.lending.structs_end_at_a_wall, manner.lending.texts_end_at_a_wall, false,
            manner.lending.structs_are_longer}),
    m_component(component), m_provider_functions{sizeof(limn_provider_v1), 0,
                                                 Functions::describe,      Functions::open,
                                                 Functions::next,          Functions::receive,
                                                 Functions::close,         Functions::cancel,
                                                 Functions::terms},
    m_conduct{"the plugin", {}}
{
  m_component.destroy = Functions::destroy;
  const std::string_view kind(component.kind.data, component.kind.size);
  if (kind == LIMN_KIND_CONFIG_SOURCE) {
    m_component.functions = &Functions::source;
  } else {
    if (!has_cancel()) {
      m_provider_functions.cancel = nullptr;
    }
    if (!has_terms()) {
      m_provider_functions.terms = nullptr;
    }
    m_component.functions = &m_provider_functions;
  }
}

Relay::~Relay() = default;

bool Relay::has_cancel() const
{
  const auto& table = Functions::table(*this);
  return LIMN_HAS(&table, limn_provider_v1, cancel) && table.cancel;
}

bool Relay::has_terms() const
{
  const auto& table = Functions::table(*this);
  return LIMN_HAS(&table, limn_provider_v1, terms) && table.terms;
}

Result<void*> Relay::create(const limn_host* host, const Pairs& settings)
{
  auto lent_host = *host;
  lent_host.version = m_kept.text(lent_host.version);
  const auto* kept_host = m_kept.is_plain() ? host : m_kept.copied(lent_host);

  std::vector<limn_kv> items;
  for (const auto& [key, value] : settings) {
    items.push_back({{key.data(), key.size()}, {value.data(), value.size()}});
  }
  LentMemory memory(m_manner.lending);
  const limn_settings told{sizeof(limn_settings), 0, memory.pairs(items.data(), items.size()),
                           items.size()};
  const auto* lent_settings = memory.structure(told);
  GuardedCall call(m_conduct, "create");
  const auto* lent_errors = memory.structure(*call.errors());
  void* made = nullptr;
  LIMN_TRY(call.run([&] {
    return watched("create",
                   [&] { return m_real.create(kept_host, lent_settings, &made, lent_errors); });
  }));
  return new Instance{this, made};
}

Result<std::unique_ptr<Provider>> Relay::provider(const limn_host* host, const Pairs& settings)
{
  LIMN_TRY_ASSIGN(auto* instance, create(host, settings));
  return std::make_unique<Provider>(&m_component, instance, "the plugin");
}

Result<std::unique_ptr<ConfigSource>> Relay::source(const limn_host* host, const Pairs& settings)
{
  LIMN_TRY_ASSIGN(auto* instance, create(host, settings));
  return std::make_unique<ConfigSource>(&m_component, instance, "the plugin");
}

} // namespace limn::conformance
