// The plugin contract for C++20 authors: header-only, nothing but abi.h and the standard library.
//
// A provider is two classes:
//
//   struct Conversation {                                       // one attempt
//     limn::sdk::Step next();                                   // Send{request}, Wait{...} or
//     Finish{}
//     void receive(const limn::sdk::Event&, limn::sdk::Results&);
//     std::optional<limn::sdk::Request> cancel();               // may be left out
//   };
//   struct Acme {
//     Acme(limn::sdk::Host, limn::sdk::Settings);
//     limn::sdk::Capabilities describe() const;
//     std::unique_ptr<Conversation> open(const limn::sdk::Job&, const limn::sdk::Gateway&);
//   };
//   LIMN_PLUGIN("acme", "1.0.0", "Acme Ltd", limn::sdk::provider<Acme>("acme", "Acme", "Images from
//   Acme"))
//
// A config source is one: `void collect(limn::sdk::Gateways&)`. What goes wrong is thrown as
// limn::sdk::Failure; every exception is turned into a status before it could cross the boundary.
#pragma once

#include <limn/abi.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace limn::sdk {

constexpr limn_str to_abi(std::string_view text)
{
  return {text.data(), text.size()};
}

constexpr std::string_view from_abi(limn_str text)
{
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

// Thrown by a plugin when a call cannot do its work.
struct Failure : std::exception {
  limn_status status = LIMN_INTERNAL;
  std::string message; // what happened, one sentence
  std::string hint;    // what the user can do
  std::string code;    // the gateway's own code
  std::string param;   // the parameter it is about
  std::optional<std::chrono::milliseconds> retry_after;

  Failure(limn_status a_status, std::string a_message, std::string a_hint = {})
    : status(a_status), message(std::move(a_message)), hint(std::move(a_hint))
  {
  }
  const char* what() const noexcept override { return message.c_str(); }
};

using Pair = std::pair<std::string, std::string>;

// --- What the host offers ---

// The component's settings, as the user wrote them in limn.yaml. A copy: keep it as long as you
// like.
class Settings
{
public:
  Settings() = default;
  explicit Settings(const limn_settings* settings);

  // The value of `key`, or nothing if the user did not set it.
  std::optional<std::string> get(std::string_view key) const;
  std::string get_or(std::string_view key, std::string_view fallback) const;
  const std::vector<Pair>& items() const { return m_items; }

private:
  std::vector<Pair> m_items;
};

// The host's services. Each works, as said, when the host does not offer it. Cheap to copy; lives
// as long as the process.
class Host
{
public:
  explicit Host(const limn_host* host);

  // One line for the user's log. Without the service: dropped.
  void log(uint32_t level, std::string_view text) const;

  // An environment variable. Without the service: not set.
  std::optional<std::string> env(std::string_view name) const;

  // The whole of a file; nothing if there is none. Throws Failure if it may not or cannot be read.
  // Without the service: nothing.
  std::optional<std::string> read_file(std::string_view path, size_t max_size) const;

  // Throws the Failure that the answer is, if it is one. Without the service: LIMN_SERVER for 5xx,
  // LIMN_RATE_LIMITED for 429, LIMN_AUTH for 401, LIMN_INVALID_REQUEST for other 4xx.
  void throw_if_failure(const limn_event& message) const;

private:
  const limn_log_v1* m_log = nullptr;
  const limn_env_v1* m_env = nullptr;
  const limn_files_v1* m_files = nullptr;
  const limn_classify_v1* m_classify = nullptr;
};

// --- Config sources ---

struct FoundGateway {
  std::string name;
  std::string base_url;
  std::string api_key;
  std::string origin;
  std::string problem;
  bool without_key = false;
  std::vector<Pair> headers;
  std::vector<Pair> settings;
};

class Gateways
{
public:
  explicit Gateways(const limn_gateway_sink* sink) : m_sink(sink) {}

  // False when the host wants no more.
  bool add(const FoundGateway& gateway);

private:
  const limn_gateway_sink* m_sink;
};

// --- Providers ---

struct Input {
  uint32_t role = LIMN_INPUT_IMAGE;
  std::string media_type;
  std::string filename;
  uint64_t size = 0;
};

// A copy of the job: keep it as long as you like.
struct Job {
  int count = 1;
  std::string prompt;
  std::string size, quality, background, output_format, moderation; // empty: do not send
  std::optional<int> output_compression;
  std::optional<int> partial_images;
  std::vector<Input> inputs;
  std::vector<std::string> dropped;

  explicit Job(const limn_job& job);
  Job() = default;
  bool is_dropped(std::string_view parameter) const;
};

struct Gateway {
  std::string name, base_url, model;
  std::vector<Pair> settings;

  explicit Gateway(const limn_gateway& gateway);
  Gateway() = default;
  std::optional<std::string> setting(std::string_view key) const;
};

struct Capabilities {
  uint64_t flags = LIMN_CAN_GENERATE;
  uint32_t max_count = 1;
};

struct Part {
  uint32_t kind = LIMN_PART_TEXT;
  std::string text;
  uint32_t input = 0;
  std::string name, filename, media_type; // multipart only
};

struct Request {
  std::string method = "POST";
  std::string path;
  bool billable = false;
  std::vector<Pair> headers;
  bool multipart = false;
  std::vector<Part> parts;

  // A POST of `body` as application/json.
  static Request json(std::string path, std::string body);
};

struct Send {
  Request request;
};
struct Wait {
  std::chrono::milliseconds time;
};
struct Finish {
};
using Step = std::variant<Send, Wait, Finish>;

using Event = limn_event;

class Results
{
public:
  explicit Results(const limn_result_sink* sink) : m_sink(sink) {}

  void image(std::string_view content, std::string_view revised_prompt = {});
  void partial(std::string_view content);
  void usage(limn_usage usage); // struct_size is set here
  void note(std::string_view key, std::string_view value);

private:
  const limn_result_sink* m_sink;
};

// --- Implementation ---

inline std::optional<std::string> find(const std::vector<Pair>& items, std::string_view key)
{
  for (const auto& [name, value] : items) {
    if (name == key) {
      return value;
    }
  }
  return std::nullopt;
}

inline std::vector<Pair> copy(const limn_kv* items, size_t count)
{
  std::vector<Pair> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    result.emplace_back(from_abi(items[i].key), from_abi(items[i].value));
  }
  return result;
}

// Borrows from `items`.
inline std::vector<limn_kv> borrow(const std::vector<Pair>& items)
{
  std::vector<limn_kv> result;
  result.reserve(items.size());
  for (const auto& [key, value] : items) {
    result.push_back({to_abi(key), to_abi(value)});
  }
  return result;
}

inline limn_str_sink into(std::string& text)
{
  return {&text, [](void* context, limn_str value) {
            *static_cast<std::string*>(context) = from_abi(value);
          }};
}

// Collects the one error that a host's service may report.
class ErrorCatcher
{
public:
  const limn_error_sink* sink() const { return &m_sink; }

  [[noreturn]] void raise(limn_status status)
  {
    if (m_failure) {
      m_failure->status = status;
      throw *m_failure;
    }
    throw Failure(status, "the host reported no reason");
  }

private:
  std::optional<Failure> m_failure;
  limn_error_sink m_sink{sizeof(limn_error_sink), 0, this,
                         [](void* context, const limn_error* error) {
                           Failure failure(error->status, std::string(from_abi(error->message)),
                                           std::string(from_abi(error->hint)));
                           failure.code = from_abi(error->code);
                           failure.param = from_abi(error->param);
                           if (error->retry_after_ms >= 0) {
                             failure.retry_after = std::chrono::milliseconds(error->retry_after_ms);
                           }
                           static_cast<ErrorCatcher*>(context)->m_failure = std::move(failure);
                         }};
};

inline Settings::Settings(const limn_settings* settings)
{
  if (settings) {
    m_items = copy(settings->items, settings->item_count);
  }
}

inline std::optional<std::string> Settings::get(std::string_view key) const
{
  return find(m_items, key);
}

inline std::string Settings::get_or(std::string_view key, std::string_view fallback) const
{
  return get(key).value_or(std::string(fallback));
}

inline Host::Host(const limn_host* host)
{
  const auto service = [host](std::string_view id) {
    return host ? host->get_service(host, to_abi(id)) : nullptr;
  };
  m_log = static_cast<const limn_log_v1*>(service(LIMN_SERVICE_LOG));
  m_env = static_cast<const limn_env_v1*>(service(LIMN_SERVICE_ENV));
  m_files = static_cast<const limn_files_v1*>(service(LIMN_SERVICE_FILES));
  m_classify = static_cast<const limn_classify_v1*>(service(LIMN_SERVICE_CLASSIFY));
}

inline void Host::log(uint32_t level, std::string_view text) const
{
  if (m_log) {
    m_log->write(m_log->context, level, to_abi(text));
  }
}

inline std::optional<std::string> Host::env(std::string_view name) const
{
  std::string value;
  if (m_env && m_env->get(m_env->context, to_abi(name), into(value))) {
    return value;
  }
  return std::nullopt;
}

inline std::optional<std::string> Host::read_file(std::string_view path, size_t max_size) const
{
  if (!m_files) {
    return std::nullopt;
  }
  std::string content;
  ErrorCatcher errors;
  const auto status =
    m_files->read(m_files->context, to_abi(path), max_size, into(content), errors.sink());
  if (status == LIMN_NOT_FOUND) {
    return std::nullopt;
  }
  if (status != LIMN_OK) {
    errors.raise(status);
  }
  return content;
}

inline void Host::throw_if_failure(const limn_event& message) const
{
  if (m_classify) {
    const limn_answer answer{sizeof(limn_answer), message.http_status, message.headers,
                             message.header_count, message.content};
    ErrorCatcher errors;
    const auto status = m_classify->classify(m_classify->context, &answer, errors.sink());
    if (status != LIMN_OK) {
      errors.raise(status);
    }
    return;
  }
  const auto http = message.http_status;
  if (http >= 400) {
    throw Failure(http >= 500   ? LIMN_SERVER
                  : http == 429 ? LIMN_RATE_LIMITED
                  : http == 401 ? LIMN_AUTH
                                : LIMN_INVALID_REQUEST,
                  "HTTP " + std::to_string(http));
  }
}

inline bool Gateways::add(const FoundGateway& gateway)
{
  const auto headers = borrow(gateway.headers);
  const auto settings = borrow(gateway.settings);
  const limn_found_gateway found{sizeof(limn_found_gateway),
                                 gateway.without_key ? LIMN_GATEWAY_WITHOUT_KEY : 0u,
                                 to_abi(gateway.name),
                                 to_abi(gateway.base_url),
                                 to_abi(gateway.api_key),
                                 to_abi(gateway.origin),
                                 to_abi(gateway.problem),
                                 headers.data(),
                                 headers.size(),
                                 settings.data(),
                                 settings.size()};
  return m_sink->add(m_sink->context, &found) == 0;
}

inline Job::Job(const limn_job& job)
  : count(job.count), prompt(from_abi(job.prompt)), size(from_abi(job.size)),
    quality(from_abi(job.quality)), background(from_abi(job.background)),
    output_format(from_abi(job.output_format)), moderation(from_abi(job.moderation))
{
  if (job.output_compression >= 0) {
    output_compression = job.output_compression;
  }
  if (job.partial_images >= 0) {
    partial_images = job.partial_images;
  }
  for (size_t i = 0; i < job.input_count; ++i) {
    const limn_input& input = *job.inputs[i];
    inputs.push_back({input.role, std::string(from_abi(input.media_type)),
                      std::string(from_abi(input.filename)), input.size});
  }
  for (size_t i = 0; i < job.dropped_count; ++i) {
    dropped.emplace_back(from_abi(job.dropped[i]));
  }
}

inline bool Job::is_dropped(std::string_view parameter) const
{
  for (const auto& name : dropped) {
    if (name == parameter) {
      return true;
    }
  }
  return false;
}

inline Gateway::Gateway(const limn_gateway& gateway)
  : name(from_abi(gateway.name)), base_url(from_abi(gateway.base_url)),
    model(from_abi(gateway.model)), settings(copy(gateway.settings, gateway.setting_count))
{
}

inline std::optional<std::string> Gateway::setting(std::string_view key) const
{
  return find(settings, key);
}

inline Request Request::json(std::string path, std::string body)
{
  Request request;
  request.path = std::move(path);
  request.headers = {{"Content-Type", "application/json"}};
  request.parts.push_back({LIMN_PART_TEXT, std::move(body), 0, {}, {}, {}});
  return request;
}

inline void Results::image(std::string_view content, std::string_view revised_prompt)
{
  const limn_image image{sizeof(limn_image), 0, to_abi(content), to_abi(revised_prompt)};
  m_sink->image(m_sink->context, &image);
}

inline void Results::partial(std::string_view content)
{
  const limn_image image{sizeof(limn_image), 0, to_abi(content), {}};
  m_sink->partial(m_sink->context, &image);
}

inline void Results::usage(limn_usage usage)
{
  usage.struct_size = sizeof usage;
  m_sink->usage(m_sink->context, &usage);
}

inline void Results::note(std::string_view key, std::string_view value)
{
  m_sink->note(m_sink->context, to_abi(key), to_abi(value));
}

namespace detail {

inline limn_status report(const limn_error_sink* errors, const Failure& failure) noexcept
{
  // A status of OK in a Failure is the plugin's mistake; the caller must still see a failure.
  const limn_status status = failure.status == LIMN_OK ? LIMN_INTERNAL : failure.status;
  const limn_error error{sizeof(limn_error),
                         status,
                         to_abi(failure.message),
                         to_abi(failure.hint),
                         to_abi(failure.code),
                         to_abi(failure.param),
                         failure.retry_after ? failure.retry_after->count() : -1};
  errors->report(errors->context, &error);
  return status;
}

inline limn_status report(const limn_error_sink* errors, limn_status status,
                          std::string_view message) noexcept
{
  const limn_error error{sizeof(limn_error), status, to_abi(message), {}, {}, {}, -1};
  errors->report(errors->context, &error);
  return status;
}

// The one place where C++ meets the boundary: every function that may fail goes through here.
template <typename Action>
limn_status guarded(const limn_error_sink* errors, Action&& action) noexcept
{
  try {
    std::forward<Action>(action)();
    return LIMN_OK;
  } catch (const Failure& failure) {
    return report(errors, failure);
  } catch (const std::bad_alloc&) {
    return report(errors, LIMN_INTERNAL, "out of memory");
  } catch (const std::exception& e) {
    return report(errors, LIMN_INTERNAL, e.what());
  } catch (...) {
    return report(errors, LIMN_INTERNAL, "an exception of unknown type");
  }
}

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
    pointers.size()};
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

template <typename T>
limn_status create(const limn_host* host, const limn_settings* settings, void** instance,
                   const limn_error_sink* errors) noexcept
{
  return guarded(errors, [&] { *instance = new T(Host(host), Settings(settings)); });
}

template <typename T>
void destroy(void* instance) noexcept
{
  delete static_cast<T*>(instance);
}

template <typename P>
struct ProviderFunctions {
  static_assert(std::is_constructible_v<P, Host, Settings>,
                "a provider is constructed from (limn::sdk::Host, limn::sdk::Settings)");
  static_assert(
    requires(const P& p) {
      {
        p.describe()
        } -> std::same_as<Capabilities>;
    },
    "expected signature: limn::sdk::Capabilities describe() const");
  static_assert(
    requires(P & p, const Job& j, const Gateway& g) { p.open(j, g).get(); },
    "expected signature: std::unique_ptr<D> open(const limn::sdk::Job&, const "
    "limn::sdk::Gateway&)");

  using Dialogue = std::remove_pointer_t<decltype(std::declval<P&>()
                                                    .open(std::declval<const Job&>(),
                                                          std::declval<const Gateway&>())
                                                    .get())>;
  static_assert(
    requires(Dialogue & d) {
      {
        d.next()
        } -> std::convertible_to<Step>;
    },
    "expected signature in the dialogue: limn::sdk::Step next()");
  static_assert(
    requires(Dialogue & d, const Event& e, Results& r) { d.receive(e, r); },
    "expected signature in the dialogue: void receive(const limn::sdk::Event&, "
    "limn::sdk::Results&)");
  static_assert(
    !requires(Dialogue & d) { &Dialogue::cancel; } || requires(Dialogue & d) {
      {
        d.cancel()
        } -> std::convertible_to<std::optional<Request>>;
    },
    "expected signature in the dialogue: std::optional<limn::sdk::Request> cancel()");

  static void describe(void* instance, limn_capabilities* capabilities) noexcept
  {
    try {
      const Capabilities mine = static_cast<const P*>(instance)->describe();
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
      if constexpr (requires(Dialogue & d) { d.cancel(); }) {
        if (const std::optional<Request> last = static_cast<Dialogue*>(dialogue)->cancel()) {
          return send(step, *last);
        }
      }
      step->finish(step->context);
    });
  }

  static constexpr limn_provider_v1 table{
    sizeof(limn_provider_v1), 0, describe, open, next, receive, close, cancel};
};

template <typename S>
struct ConfigSourceFunctions {
  static_assert(std::is_constructible_v<S, Host, Settings>,
                "a config source is constructed from (limn::sdk::Host, limn::sdk::Settings)");
  static_assert(
    requires(S & s, Gateways& g) { s.collect(g); },
    "expected signature: void collect(limn::sdk::Gateways&)");

  static limn_status collect(void* instance, const limn_query*, const limn_gateway_sink* gateways,
                             const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&] {
      Gateways sink(gateways);
      static_cast<S*>(instance)->collect(sink);
    });
  }

  static constexpr limn_config_source_v1 table{sizeof(limn_config_source_v1), 0, collect};
};

} // namespace detail

template <typename P>
constexpr limn_component provider(std::string_view id, std::string_view display_name,
                                  std::string_view summary)
{
  return {sizeof(limn_component),
          0,
          to_abi(LIMN_KIND_PROVIDER),
          to_abi(id),
          to_abi(display_name),
          to_abi(summary),
          detail::create<P>,
          detail::destroy<P>,
          &detail::ProviderFunctions<P>::table};
}

template <typename S>
constexpr limn_component config_source(std::string_view id, std::string_view display_name,
                                       std::string_view summary)
{
  return {sizeof(limn_component),
          0,
          to_abi(LIMN_KIND_CONFIG_SOURCE),
          to_abi(id),
          to_abi(display_name),
          to_abi(summary),
          detail::create<S>,
          detail::destroy<S>,
          &detail::ConfigSourceFunctions<S>::table};
}

} // namespace limn::sdk

// Once in a plugin, at namespace scope: its name, version and vendor, then its components.
#define LIMN_PLUGIN(NAME, VERSION, VENDOR, ...)                                                    \
  namespace {                                                                                      \
  constexpr limn_component limn_plugin_components[] = {__VA_ARGS__};                               \
  uint32_t limn_plugin_component_count() noexcept                                                  \
  {                                                                                                \
    return sizeof limn_plugin_components / sizeof limn_plugin_components[0];                       \
  }                                                                                                \
  const limn_component* limn_plugin_component_at(uint32_t index) noexcept                          \
  {                                                                                                \
    return index < limn_plugin_component_count() ? &limn_plugin_components[index] : nullptr;       \
  }                                                                                                \
  }                                                                                                \
  const limn_entry limn_entry_v1 = {sizeof(limn_entry),                                            \
                                    LIMN_ABI_MINOR,                                                \
                                    0,                                                             \
                                    0,                                                             \
                                    LIMN_STR(NAME),                                                \
                                    LIMN_STR(VERSION),                                             \
                                    LIMN_STR(VENDOR),                                              \
                                    LIMN_STR("C++ " __VERSION__),                                  \
                                    limn_plugin_component_count,                                   \
                                    limn_plugin_component_at};
