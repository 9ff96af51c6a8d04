#pragma once

#include <limn/sdk.hpp>

#include <rapidjson/document.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A host with services that answer from memory. Which services it offers can be chosen.
class FakeHost
{
public:
  std::map<std::string, std::string, std::less<>> variables;
  std::map<std::string, std::string, std::less<>> files;
  std::map<std::string, std::string, std::less<>> unreadable; // path -> message
  std::vector<std::string> log;
  bool offers_services = true;

  FakeHost() = default;
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const limn_host* host() const { return &m_host; }

private:
  static FakeHost& self(void* context) { return *static_cast<FakeHost*>(context); }

  static const void* get_service(const limn_host* host, limn_str id)
  {
    const auto& me = self(host->context);
    const auto name = sdk::from_abi(id);
    if (!me.offers_services) {
      return nullptr;
    }
    const std::pair<std::string_view, const void*> services[] = {
      {LIMN_SERVICE_LOG, &me.m_log},
      {LIMN_SERVICE_ENV, &me.m_env},
      {LIMN_SERVICE_FILES, &me.m_files},
      {LIMN_SERVICE_CLASSIFY, &me.m_classify}};
    for (const auto& [known, service] : services) {
      if (known == name) {
        return service;
      }
    }
    return nullptr;
  }

  static void write(void* context, uint32_t, limn_str text)
  {
    self(context).log.emplace_back(sdk::from_abi(text));
  }

  static int32_t get(void* context, limn_str name, limn_str_sink value)
  {
    const auto& variables = self(context).variables;
    const auto found = variables.find(sdk::from_abi(name));
    if (found == variables.end()) {
      return 0;
    }
    value.put(value.context, sdk::to_abi(found->second));
    return 1;
  }

  static limn_status complain(const limn_error_sink* errors, limn_status status,
                              std::string_view message, std::string_view code = {},
                              std::string_view param = {})
  {
    const limn_error error{sizeof(limn_error), status, sdk::to_abi(message), {}, sdk::to_abi(code),
                           sdk::to_abi(param), -1};
    errors->report(errors->context, &error);
    return status;
  }

  static limn_status read(void* context, limn_str path, size_t max_size, limn_str_sink content,
                          const limn_error_sink* errors)
  {
    const auto& me = self(context);
    const auto name = sdk::from_abi(path);
    if (const auto bad = me.unreadable.find(name); bad != me.unreadable.end()) {
      return complain(errors, LIMN_SETTINGS, bad->second);
    }
    const auto found = me.files.find(name);
    if (found == me.files.end()) {
      return complain(errors, LIMN_NOT_FOUND, "no such file");
    }
    if (found->second.size() > max_size) {
      return complain(errors, LIMN_SETTINGS, found->first + " is too large");
    }
    content.put(content.context, sdk::to_abi(found->second));
    return LIMN_OK;
  }

  static limn_status list(void* context, limn_str folder, limn_str ending, limn_str_sink names,
                          const limn_error_sink* errors)
  {
    const auto& me = self(context);
    const auto prefix = std::string(sdk::from_abi(folder)) + "/";
    bool is_there = false;
    for (const auto& [path, content] : me.files) {
      if (!path.starts_with(prefix)) {
        continue;
      }
      is_there = true;
      const auto name = std::string_view(path).substr(prefix.size());
      if (name.ends_with(sdk::from_abi(ending)) && name.find('/') == std::string_view::npos) {
        names.put(names.context, sdk::to_abi(name));
      }
    }
    return is_there ? LIMN_OK : complain(errors, LIMN_NOT_FOUND, "no such folder");
  }

  // A small classifier: an `error` object, flat or nested or within `response`, or a status above
  // 399.
  static limn_status classify(void*, const limn_answer* answer, const limn_error_sink* errors)
  {
    const auto content = sdk::from_abi(answer->content);
    rapidjson::Document json;
    json.Parse(content.data(), content.size());
    const rapidjson::Value* error = nullptr;
    if (!json.HasParseError() && json.IsObject()) {
      const rapidjson::Value* object = &json;
      if (json.HasMember("response") && json["response"].IsObject()) {
        object = &json["response"];
      }
      if (object->HasMember("error") && (*object)["error"].IsObject()) {
        error = &(*object)["error"];
      }
    }
    const auto text = [&](const char* name) -> std::string {
      return error && error->HasMember(name) && (*error)[name].IsString()
               ? (*error)[name].GetString()
               : "";
    };
    if (!error && answer->http_status < 400) {
      return content.starts_with("<") ? complain(errors, LIMN_ENDPOINT, "a web page") : LIMN_OK;
    }
    const auto code = text("code");
    const limn_status status = code == "moderation_blocked"           ? LIMN_CONTENT
                               : code == "unknown_parameter"          ? LIMN_PARAMETER
                               : code == "billing_hard_limit_reached" ? LIMN_BILLING
                               : answer->http_status == 400           ? LIMN_INVALID_REQUEST
                                                                      : LIMN_SERVER;
    return complain(errors, status, error ? text("message") : "HTTP error", code, text("param"));
  }

  limn_host m_host{sizeof(limn_host), 0, LIMN_STR("test"), this, get_service};
  limn_log_v1 m_log{sizeof(limn_log_v1), 0, this, write};
  limn_env_v1 m_env{sizeof(limn_env_v1), 0, this, get};
  limn_files_v1 m_files{sizeof(limn_files_v1), 0, this, read, list};
  limn_classify_v1 m_classify{sizeof(limn_classify_v1), 0, this, classify};
};

// The error that a call reported; its status is LIMN_OK if it reported none.
struct Complaint {
  limn_status status = LIMN_OK;
  std::string message, hint, code, param;
  int count = 0;

  limn_error_sink sink()
  {
    return {sizeof(limn_error_sink), 0, this, [](void* context, const limn_error* error) {
              auto& me = *static_cast<Complaint*>(context);
              me.status = error->status;
              me.message = sdk::from_abi(error->message);
              me.hint = sdk::from_abi(error->hint);
              me.code = sdk::from_abi(error->code);
              me.param = sdk::from_abi(error->param);
              ++me.count;
            }};
  }
};

// An instance of a component, made and destroyed through the contract.
class Instance
{
public:
  Complaint complaint;

  Instance(const limn_component& component, const FakeHost& host, const Pairs& settings = {})
    : m_component(component)
  {
    const auto items = sdk::borrow(settings);
    const limn_settings given{sizeof(limn_settings), 0, items.data(), items.size()};
    const auto errors = complaint.sink();
    if (component.create(host.host(), &given, &m_instance, &errors) != LIMN_OK) {
      m_instance = nullptr;
    }
  }
  ~Instance()
  {
    if (m_instance) {
      m_component.destroy(m_instance);
    }
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  void* get() const { return m_instance; }

private:
  const limn_component& m_component;
  void* m_instance = nullptr;
};

// --- Config sources ---

struct Collected {
  std::vector<sdk::FoundGateway> gateways;
  Complaint complaint;
};

// `stop_after`: the host wants no more than so many gateways.
inline Collected collect(const limn_component& component, const FakeHost& host,
                         const Pairs& settings = {}, std::size_t stop_after = 1000,
                         std::string_view part = {})
{
  struct Context {
    Collected collected;
    std::size_t stop_after;
  } context{{}, stop_after};
  const Instance instance(component, host, settings);
  if (!instance.get()) {
    context.collected.complaint = instance.complaint;
    return context.collected;
  }
  const limn_gateway_sink sink{
    sizeof(limn_gateway_sink), 0, &context, [](void* opaque, const limn_found_gateway* found) {
      auto& me = *static_cast<Context*>(opaque);
      sdk::FoundGateway gateway;
      gateway.name = sdk::from_abi(found->name);
      gateway.base_url = sdk::from_abi(found->base_url);
      gateway.api_key = sdk::from_abi(found->api_key);
      gateway.origin = sdk::from_abi(found->origin);
      gateway.problem = sdk::from_abi(found->problem);
      gateway.headers = sdk::copy(found->headers, found->header_count);
      me.collected.gateways.push_back(std::move(gateway));
      return me.collected.gateways.size() >= me.stop_after ? int32_t{1} : int32_t{0};
    }};
  const limn_query query{sizeof(limn_query), 0, sdk::to_abi(part)};
  const auto errors = context.collected.complaint.sink();
  const auto* functions = static_cast<const limn_config_source_v1*>(component.functions);
  functions->collect(instance.get(), &query, &sink, &errors);
  return context.collected;
}

// --- Providers ---

struct Message {
  std::string content;
  std::string event_name;
  uint32_t format = LIMN_FORMAT_JSON;
};

// One scripted response.
struct Script {
  uint32_t status = 200;
  std::string content_type = "application/json";
  std::vector<Message> messages;
};

using Previews = std::vector<std::pair<std::string, uint64_t>>; // content, preview_number

struct Drawn {
  std::vector<std::pair<std::string, std::string>> images; // content, revised prompt
  Previews partials;
  std::vector<limn_usage> usages;
  Pairs notes;
  std::optional<sdk::Request> request;
  bool finished = false;
  Complaint complaint;

  std::string note(std::string_view key) const { return sdk::find(notes, key).value_or(""); }

  // The body's text; "<input N>" where an input file goes.
  std::string body() const
  {
    std::string text;
    for (const auto& part : request->parts) {
      text +=
        part.kind == LIMN_PART_TEXT ? part.text : "<input " + std::to_string(part.input) + ">";
    }
    return text;
  }
  std::string header(std::string_view name) const
  {
    return sdk::find(request->headers, name).value_or("");
  }
};

namespace detail {

struct StepCatcher {
  std::optional<sdk::Request> request;
  bool finished = false;

  limn_step_sink sink()
  {
    return {sizeof(limn_step_sink),
            0,
            this,
            [](void* context, const limn_request* given) {
              sdk::Request copy;
              copy.method = sdk::from_abi(given->method);
              copy.path = sdk::from_abi(given->path);
              copy.billable = (given->flags & LIMN_REQUEST_BILLABLE) != 0;
              copy.multipart = given->body == LIMN_BODY_MULTIPART;
              copy.headers = sdk::copy(given->headers, given->header_count);
              for (size_t i = 0; i < given->part_count; ++i) {
                const auto& part = *given->parts[i];
                copy.parts.push_back({part.kind, std::string(sdk::from_abi(part.text)), part.input,
                                      std::string(sdk::from_abi(part.name)),
                                      std::string(sdk::from_abi(part.filename)),
                                      std::string(sdk::from_abi(part.media_type))});
              }
              static_cast<StepCatcher*>(context)->request = std::move(copy);
            },
            [](void*, int64_t) {},
            [](void* context) { static_cast<StepCatcher*>(context)->finished = true; }};
  }
};

inline limn_result_sink result_sink(Drawn& drawn)
{
  return {sizeof(limn_result_sink),
          0,
          &drawn,
          [](void* context, const limn_image* image) {
            static_cast<Drawn*>(context)->images.emplace_back(sdk::from_abi(image->content),
                                                              sdk::from_abi(image->revised_prompt));
          },
          [](void* context, const limn_image* image) {
            static_cast<Drawn*>(context)->partials.emplace_back(sdk::from_abi(image->content),
                                                                image->preview_number);
          },
          [](void* context, const limn_usage* usage) {
            static_cast<Drawn*>(context)->usages.push_back(*usage);
          },
          [](void* context, limn_str key, limn_str value) {
            static_cast<Drawn*>(context)->notes.emplace_back(sdk::from_abi(key),
                                                             sdk::from_abi(value));
          }};
}

} // namespace detail

// Takes one attempt through the contract: create, open, next, the scripted response, next, close,
// destroy.
inline Drawn draw(const limn_component& component, const FakeHost& host, const sdk::Job& job,
                  const sdk::Gateway& gateway, const Script& script, const Pairs& settings = {})
{
  Drawn drawn;
  const Instance instance(component, host, settings);
  if (!instance.get()) {
    drawn.complaint = instance.complaint;
    return drawn;
  }

  std::vector<limn_input> inputs;
  for (const auto& input : job.inputs) {
    inputs.push_back({sizeof(limn_input), input.role, sdk::to_abi(input.media_type),
                      sdk::to_abi(input.filename), input.size, 0, 0});
  }
  std::vector<const limn_input*> input_pointers;
  for (const auto& input : inputs) {
    input_pointers.push_back(&input);
  }
  std::vector<limn_str> dropped;
  for (const auto& name : job.dropped) {
    dropped.push_back(sdk::to_abi(name));
  }
  const limn_job given{sizeof(limn_job),
                       job.count,
                       sdk::to_abi(job.prompt),
                       sdk::to_abi(job.size),
                       sdk::to_abi(job.quality),
                       sdk::to_abi(job.background),
                       sdk::to_abi(job.output_format),
                       sdk::to_abi(job.moderation),
                       job.output_compression.value_or(-1),
                       job.partial_images.value_or(-1),
                       input_pointers.data(),
                       input_pointers.size(),
                       dropped.data(),
                       dropped.size()};
  const auto gateway_settings = sdk::borrow(gateway.settings);
  const limn_gateway seen{sizeof(limn_gateway),       0,
                          sdk::to_abi(gateway.name),  sdk::to_abi(gateway.base_url),
                          sdk::to_abi(gateway.model), gateway_settings.data(),
                          gateway_settings.size()};

  const auto errors = drawn.complaint.sink();
  const auto* functions = static_cast<const limn_provider_v1*>(component.functions);
  void* dialogue = nullptr;
  if (functions->open(instance.get(), &given, &seen, &dialogue, &errors) != LIMN_OK) {
    return drawn;
  }
  detail::StepCatcher first;
  auto first_sink = first.sink();
  auto status = functions->next(dialogue, &first_sink, &errors);
  drawn.request = std::move(first.request);

  const Pairs headers{{"content-type", script.content_type}};
  const auto borrowed = sdk::borrow(headers);
  const auto results = detail::result_sink(drawn);
  const auto receive = [&](uint32_t kind, const Message& message) {
    const limn_event event{sizeof(limn_event),
                           kind,
                           script.status,
                           message.format,
                           borrowed.data(),
                           borrowed.size(),
                           sdk::to_abi(message.content),
                           sdk::to_abi(message.event_name)};
    if (status == LIMN_OK) {
      status = functions->receive(dialogue, &event, &results, &errors);
    }
  };
  receive(LIMN_EVENT_HEAD, {});
  for (const auto& message : script.messages) {
    receive(LIMN_EVENT_MESSAGE, message);
  }
  receive(LIMN_EVENT_END, {});
  if (status == LIMN_OK) {
    detail::StepCatcher last;
    auto last_sink = last.sink();
    functions->next(dialogue, &last_sink, &errors);
    drawn.finished = last.finished;
  }
  functions->close(dialogue);
  return drawn;
}

// What a gateway answers to one request of a dialogue.
struct Answer {
  uint32_t status = 200;
  std::string content; // empty: none
  uint32_t format = LIMN_FORMAT_JSON;
  Pairs headers = {};
  std::string then = {}; // one more message of the same answer; empty: none
};

// As the host hands it over: head, messages, end.
template <typename Dialogue>
void hand_over(Dialogue& dialogue, const Answer& answer, sdk::Results& results)
{
  const auto headers = sdk::borrow(answer.headers);
  limn_event event{sizeof(limn_event),
                   LIMN_EVENT_HEAD,
                   answer.status,
                   answer.format,
                   headers.data(),
                   headers.size(),
                   {},
                   {}};
  dialogue.receive(event, results);
  event.kind = LIMN_EVENT_MESSAGE;
  for (const auto* message : {&answer.content, &answer.then}) {
    if (!message->empty()) {
      event.content = sdk::to_abi(*message);
      dialogue.receive(event, results);
    }
  }
  event.kind = LIMN_EVENT_END;
  event.content = {};
  dialogue.receive(event, results);
}

} // namespace limn::test
