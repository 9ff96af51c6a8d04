#include "isolation/stand_in.hpp"

#include "isolation/contract_values.hpp"
#include "plugin/plugin_process.hpp"

#include <fmt/format.h>

#include <memory>

namespace limn {

namespace {

limn_str borrow(std::string_view text)
{
  return {text.data(), text.size()};
}

const void* no_service(const limn_host*, limn_str)
{
  return nullptr;
}

// An instance or a dialogue.
struct Made {
  const StandIn* stand_in;
  std::uint64_t number; // at the other end
};

const Made& made_by(const void* thing)
{
  return *static_cast<const Made*>(thing);
}

} // namespace

// What limn calls in place of the plugin's functions.
struct StandIn::Thunks {
  static limn_status create(const limn_host* host, const limn_settings* settings, void** instance,
                            const limn_error_sink* errors)
  {
    const auto* self = static_cast<const StandIn*>(host->context);
    auto made = std::make_unique<Made>(Made{self, self->m_calls.new_number()});
    MessageWriter message(Ask::create);
    message.number(made->number);
    message.number(self->m_index);
    write(message, *settings);
    const auto status = self->call("create", std::move(message), {errors});
    if (status == LIMN_OK) {
      *instance = made.release();
    }
    return status;
  }

  static void destroy(void* instance) { say_goodbye(instance, "destroy", Ask::destroy); }

  static void describe(void* instance, limn_capabilities* capabilities)
  {
    MessageWriter message(Ask::describe);
    message.number(made_by(instance).number);
    Ears ears;
    ears.capabilities = capabilities;
    made_by(instance).stand_in->call("describe", std::move(message), ears);
  }

  static limn_status open(void* instance, const limn_job* job, const limn_gateway* gateway,
                          void** dialogue, const limn_error_sink* errors)
  {
    const auto* self = made_by(instance).stand_in;
    auto made = std::make_unique<Made>(Made{self, self->m_calls.new_number()});
    MessageWriter message(Ask::open);
    message.number(made_by(instance).number);
    message.number(made->number);
    write(message, *job);
    write(message, *gateway);
    bool has_made_something = false;
    const auto status = self->call("open", std::move(message), {errors}, &has_made_something);
    if (status == LIMN_OK && has_made_something) {
      *dialogue = made.release();
    }
    return status;
  }

  static limn_status terms(void* instance, const limn_gateway* gateway,
                           const limn_terms_sink* terms, const limn_error_sink* errors)
  {
    MessageWriter message(Ask::terms);
    message.number(made_by(instance).number);
    write(message, *gateway);
    Ears ears;
    ears.errors = errors;
    ears.terms = terms;
    return made_by(instance).stand_in->call("terms", std::move(message), ears);
  }

  static limn_status next(void* dialogue, const limn_step_sink* step, const limn_error_sink* errors)
  {
    return say_step(dialogue, "next", Ask::next, {errors, step});
  }

  static limn_status cancel(void* dialogue, const limn_step_sink* step,
                            const limn_error_sink* errors)
  {
    return say_step(dialogue, "cancel", Ask::cancel, {errors, step});
  }

  static limn_status receive(void* dialogue, const limn_event* event,
                             const limn_result_sink* results, const limn_error_sink* errors)
  {
    MessageWriter message(Ask::receive);
    message.number(made_by(dialogue).number);
    write(message, *event);
    return made_by(dialogue).stand_in->call("receive", std::move(message),
                                            {errors, nullptr, results});
  }

  static void close(void* dialogue) { say_goodbye(dialogue, "close", Ask::close); }

  static limn_status say_step(void* dialogue, std::string_view function, Ask ask, const Ears& ears)
  {
    MessageWriter message(ask);
    message.number(made_by(dialogue).number);
    return made_by(dialogue).stand_in->call(function, std::move(message), ears);
  }

  static void say_goodbye(void* thing, std::string_view function, Ask ask)
  {
    const std::unique_ptr<Made> gone(static_cast<Made*>(thing));
    MessageWriter message(ask);
    message.number(gone->number);
    gone->stand_in->call_last(function, std::move(message));
  }
};

StandIn::StandIn(IsolatedCalls& calls, Log& log, std::uint32_t index, Words words, Cancel cancel,
                 Terms terms)
  : m_calls(calls), m_log(log), m_index(index), m_words(std::move(words))
{
  m_functions = {sizeof m_functions,
                 0,
                 Thunks::describe,
                 Thunks::open,
                 Thunks::next,
                 Thunks::receive,
                 Thunks::close,
                 cancel == Cancel::offered ? Thunks::cancel : nullptr,
                 terms == Terms::offered ? Thunks::terms : nullptr};
  m_component = {sizeof m_component,
                 0,
                 LIMN_STR(LIMN_KIND_PROVIDER),
                 borrow(m_words.id),
                 borrow(m_words.display_name),
                 borrow(m_words.summary),
                 Thunks::create,
                 Thunks::destroy,
                 &m_functions};
  m_host = {sizeof m_host, LIMN_ABI_MINOR, {}, this, no_service};
}

limn_status StandIn::call(std::string_view function, MessageWriter message, const Ears& ears,
                          bool* has_made_something) const
{
  if (const auto outcome = m_calls.call(function, std::move(message), ears)) {
    if (has_made_something) {
      *has_made_something = outcome->has_made_something;
    }
    return outcome->status;
  }
  if (ears.errors) {
    const auto failure = failure_of_trouble(m_words.who, m_calls.trouble());
    const limn_error error{
      sizeof(limn_error), LIMN_INTERNAL, borrow(failure.message), borrow(failure.hint), {}, {}, -1};
    ears.errors->report(ears.errors->context, &error);
  }
  return LIMN_INTERNAL;
}

// For calls whose failure nobody is told of.
void StandIn::call_last(std::string_view function, MessageWriter message) const
{
  if (m_calls.trouble().empty() && !m_calls.call(function, std::move(message), {})) {
    m_log.write(LogLevel::warning, fmt::format("{} {}", m_words.who, m_calls.trouble()));
  }
}

} // namespace limn
