#include "isolation/server.hpp"

#include "isolation/contract_values.hpp"

#include <exception>
#include <type_traits>
#include <utility>

namespace limn {

namespace {

template <typename Made>
const limn_provider_v1& functions(const Made& made)
{
  return *static_cast<const limn_provider_v1*>(made.component->functions);
}

template <typename Things>
auto take(Things& things, std::uint64_t number)
{
  return things.extract(number).mapped();
}

} // namespace

Server::Server(Speaker& limn, HostServices& services)
  : m_limn(limn), m_services(services), m_host(*services.host()), m_errors(errors_to(limn)),
    m_step(steps_to(limn)), m_results(results_to(limn)), m_terms(terms_to(limn))
{
  m_host.context = this;
  m_host.get_service = get_service;
}

void Server::set_components(std::vector<CheckedComponent> components)
{
  m_components = std::move(components);
}

// Makes the call, and says what came of it.
template <typename Action>
void Server::run(Action&& action, void* const* made)
{
  MessageWriter threw(Told::threw);
  try {
    limn_status status = LIMN_OK;
    if constexpr (std::is_void_v<decltype(action())>) {
      action();
    } else {
      status = action();
    }
    MessageWriter returned(Told::returned);
    returned.number(status);
    returned.number(static_cast<std::uint8_t>(made && *made ? 1 : 0));
    return m_limn.say(std::move(returned));
  } catch (const std::exception& e) {
    threw.number(std::uint8_t{1});
    threw.text(std::string_view(e.what()));
  } catch (...) {
    threw.number(std::uint8_t{0});
    threw.text(std::string_view());
  }
  m_limn.say(std::move(threw));
}

void Server::serve(std::string_view asked)
{
  MessageReader message(asked);
  const auto ask = static_cast<Ask>(message.number<std::uint8_t>());
  const auto number = message.number<std::uint64_t>();
  switch (ask) {
  case Ask::start:
    return;
  case Ask::create:
    return create(number, message);
  case Ask::destroy: {
    const auto instance = take(m_instances, number);
    return run([&] { instance.component->destroy(instance.pointer); });
  }
  case Ask::describe:
    return describe(m_instances.at(number));
  case Ask::open:
    return open(m_instances.at(number), message);
  case Ask::terms:
    return terms(m_instances.at(number), message);
  case Ask::next: {
    const auto& dialogue = m_dialogues.at(number);
    return run([&] { return functions(dialogue).next(dialogue.pointer, &m_step, &m_errors); });
  }
  case Ask::cancel: {
    const auto& dialogue = m_dialogues.at(number);
    return run([&] { return functions(dialogue).cancel(dialogue.pointer, &m_step, &m_errors); });
  }
  case Ask::receive: {
    const auto& dialogue = m_dialogues.at(number);
    const ArrivedEvent event(message);
    return run([&] {
      return functions(dialogue).receive(dialogue.pointer, &event.value, &m_results, &m_errors);
    });
  }
  case Ask::close: {
    const auto dialogue = take(m_dialogues, number);
    return run([&] { functions(dialogue).close(dialogue.pointer); });
  }
  }
}

// No environment and no files: what else there is works without leaving this process.
const void* Server::get_service(const limn_host* host, limn_str id) noexcept
{
  const std::string_view name(id.data, id.data ? id.size : 0);
  if (name == LIMN_SERVICE_ENV || name == LIMN_SERVICE_FILES) {
    return nullptr;
  }
  const auto* real = static_cast<const Server*>(host->context)->m_services.host();
  return real->get_service(real, id);
}

void Server::create(std::uint64_t number, MessageReader& message)
{
  const auto* component = m_components.at(message.number<std::uint32_t>()).component;
  const ArrivedSettings settings(message);
  void* instance = nullptr;
  run([&] {
    const auto status = component->create(&m_host, &settings.value, &instance, &m_errors);
    m_instances[number] = {component, instance};
    return status;
  });
}

void Server::describe(const Made& instance)
{
  run([&] {
    limn_capabilities capabilities{};
    capabilities.struct_size = sizeof capabilities;
    functions(instance).describe(instance.pointer, &capabilities);
    MessageWriter answer(Told::capabilities);
    answer.number(capabilities.max_count);
    answer.number(capabilities.flags);
    m_limn.say(std::move(answer));
  });
}

void Server::terms(const Made& instance, MessageReader& message)
{
  const ArrivedGateway gateway(message);
  run([&] {
    return functions(instance).terms(instance.pointer, &gateway.value, &m_terms, &m_errors);
  });
}

void Server::open(const Made& instance, MessageReader& message)
{
  const auto number = message.number<std::uint64_t>();
  const ArrivedJob job(message);
  const ArrivedGateway gateway(message);
  void* dialogue = nullptr;
  run(
    [&] {
      const auto status = functions(instance).open(instance.pointer, &job.value, &gateway.value,
                                                   &dialogue, &m_errors);
      m_dialogues[number] = {instance.component, dialogue};
      return status;
    },
    &dialogue);
}

} // namespace limn
