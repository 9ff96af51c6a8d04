#include "plugin/isolation/isolated_main.hpp"

#include "plugin/component_check.hpp"
#include "plugin/host_services.hpp"
#include "plugin/isolation/channel.hpp"
#include "plugin/isolation/contract_values.hpp"
#include "plugin/isolation/lockdown.hpp"
#include "plugin/isolation/process.hpp"
#include "plugin/loader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

namespace {

// What limn says is taken as it comes: it started this process.
class Speaker
{
public:
  void say(MessageWriter message)
  {
    Channel::Patience for_ever;
    if (m_channel.send(message.take(), for_ever) != Channel::State::done) {
      ::_exit(EXIT_SUCCESS); // limn is gone
    }
  }

  std::string hear()
  {
    Channel::Patience for_ever;
    std::string message;
    if (m_channel.receive(message, k_longest_asked, for_ever) != Channel::State::done) {
      ::_exit(EXIT_SUCCESS);
    }
    return message;
  }

private:
  Channel m_channel{k_isolated_descriptor};
};

class ForwardedLog : public Log
{
public:
  ForwardedLog(Speaker& limn, LogLevel most) : m_limn(limn), m_most(most) {}
  bool wants(LogLevel level) const override { return level <= m_most; }
  void write(LogLevel level, std::string_view line) override
  {
    MessageWriter message(Told::log);
    message.number(static_cast<std::uint8_t>(level));
    message.text(line);
    m_limn.say(std::move(message));
  }

private:
  Speaker& m_limn;
  LogLevel m_most;
};

// --- Sinks: each says at once what it is told ---

template <typename Value>
void say(void* limn, Told what, const Value* value)
{
  MessageWriter message(what);
  write(message, value);
  static_cast<Speaker*>(limn)->say(std::move(message));
}

void say_error(void* limn, const limn_error* error) noexcept
{
  say(limn, Told::error, error);
}
void say_send(void* limn, const limn_request* request) noexcept
{
  say(limn, Told::send, request);
}
void say_wait(void* limn, std::int64_t milliseconds) noexcept
{
  MessageWriter message(Told::wait);
  message.number(milliseconds);
  static_cast<Speaker*>(limn)->say(std::move(message));
}
void say_finish(void* limn) noexcept
{
  static_cast<Speaker*>(limn)->say(MessageWriter(Told::finish));
}
void say_image(void* limn, const limn_image* image) noexcept
{
  say(limn, Told::image, image);
}
void say_partial(void* limn, const limn_image* image) noexcept
{
  say(limn, Told::partial, image);
}
void say_usage(void* limn, const limn_usage* usage) noexcept
{
  say(limn, Told::usage, usage);
}
void say_note(void* limn, limn_str key, limn_str value) noexcept
{
  MessageWriter message(Told::note);
  message.text(key);
  message.text(value);
  static_cast<Speaker*>(limn)->say(std::move(message));
}

// --- The calls ---

class Server
{
public:
  Server(Speaker& limn, HostServices& services) : m_limn(limn), m_services(services)
  {
    m_host = *services.host();
    m_host.context = this;
    m_host.get_service = get_service;
  }

  void set_components(std::vector<CheckedComponent> components)
  {
    m_components = std::move(components);
  }

  void serve(std::string_view asked)
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

private:
  // An instance or a dialogue.
  struct Made {
    const limn_component* component;
    void* pointer;
  };
  using Things = std::map<std::uint64_t, Made>;

  static Made take(Things& things, std::uint64_t number)
  {
    const auto found = things.extract(number);
    return found.mapped();
  }

  static const limn_provider_v1& functions(const Made& made)
  {
    return *static_cast<const limn_provider_v1*>(made.component->functions);
  }

  // No environment and no files: what else there is works without leaving this process.
  static const void* get_service(const limn_host* host, limn_str id) noexcept
  {
    const std::string_view name(id.data, id.data ? id.size : 0);
    if (name == LIMN_SERVICE_ENV || name == LIMN_SERVICE_FILES) {
      return nullptr;
    }
    const auto* real = static_cast<const Server*>(host->context)->m_services.host();
    return real->get_service(real, id);
  }

  void create(std::uint64_t number, MessageReader& message)
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

  void describe(const Made& instance)
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

  void open(const Made& instance, MessageReader& message)
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

  // Makes the call, and says what came of it.
  template <typename Action>
  void run(Action&& action, void* const* made = nullptr)
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

  Speaker& m_limn;
  HostServices& m_services;
  limn_host m_host{};
  limn_error_sink m_errors{sizeof(limn_error_sink), 0, &m_limn, say_error};
  limn_step_sink m_step{sizeof(limn_step_sink), 0, &m_limn, say_send, say_wait, say_finish};
  limn_result_sink m_results{
    sizeof(limn_result_sink), 0, &m_limn, say_image, say_partial, say_usage, say_note};
  std::vector<CheckedComponent> m_components;
  Things m_instances;
  Things m_dialogues;
};

// --- The start ---

struct Order {
  std::int64_t parent = 0;
  LogLevel log_level = LogLevel::warning;
  std::string file;
  FailureWords words;
};

Order read_order(std::string_view asked)
{
  MessageReader message(asked);
  message.number<std::uint8_t>(); // Ask::start
  Order order;
  order.parent = message.number<std::int64_t>();
  order.log_level = static_cast<LogLevel>(message.number<std::int32_t>());
  order.file = message.words();
  const auto count = message.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    auto& word = order.words.emplace_back();
    word.where = static_cast<FailureWord::Where>(message.number<std::int32_t>());
    word.failure_class = static_cast<FailureClass>(message.number<std::int32_t>());
    word.http_status = message.number<int>();
    word.text = message.words();
  }
  return order;
}

MessageWriter list_of(const Result<std::vector<CheckedComponent>>& components, int filter_error)
{
  MessageWriter list(Told::listed);
  list.number(static_cast<std::uint8_t>(components ? 1 : 0));
  if (!components) {
    list.text(components.error().message);
    list.text(components.error().hint);
    return list;
  }
  list.number(static_cast<std::int32_t>(filter_error));
  const auto& plugin = components->front().record;
  list.text(plugin.plugin);
  list.text(plugin.version);
  list.text(plugin.vendor);
  list.number(static_cast<std::uint32_t>(components->size()));
  for (const auto& [record, component] : *components) {
    list.number(static_cast<std::uint8_t>(record.state));
    list.text(record.id);
    list.text(record.kind);
    list.text(record.display_name);
    list.text(record.summary);
    list.text(record.reason);
    const auto* functions = component && record.kind == k_provider_kind
                              ? static_cast<const limn_provider_v1*>(component->functions)
                              : nullptr;
    const bool can_cancel =
      functions && LIMN_HAS(functions, limn_provider_v1, cancel) && functions->cancel;
    list.number(static_cast<std::uint8_t>(can_cancel ? 1 : 0));
  }
  return list;
}

[[noreturn]] void serve_for_ever()
{
  Speaker limn;
  const auto order = read_order(limn.hear());
  if (::getppid() != order.parent) {
    ::_exit(EXIT_SUCCESS); // it was gone before its end could be this one's
  }
  ForwardedLog log(limn, order.log_level);
  HostServices services(log, order.words);
  Server server(limn, services);
  int filter_error = allow_only(Allow::loading);
  auto components = load_plugin(order.file).and_then([&](const limn_entry* entry) {
    if (filter_error == 0) {
      filter_error = allow_only(Allow::calls);
    }
    return check_components(*entry, order.file);
  });
  limn.say(list_of(components, filter_error));
  if (components) {
    server.set_components(std::move(*components));
  }
  for (;;) {
    server.serve(limn.hear());
  }
}

} // namespace

std::optional<int> isolated_main(int argc, char** argv)
{
  if (argc != 3 || std::string_view(argv[1]) != k_isolated_argument) {
    return std::nullopt;
  }
  struct ::stat line {
  };
  if (::fstat(k_isolated_descriptor, &line) != 0 || !S_ISSOCK(line.st_mode)) {
    std::fputs("limn: error: usage: only limn itself can start a process for a plugin\n", stderr);
    return 2;
  }
  give_up_rights(k_isolated_descriptor);
  serve_for_ever();
}

} // namespace limn
