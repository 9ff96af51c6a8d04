// A plugin as one could be written on the day of contract 1.0, in C++20 on the header alone: a
// provider for the edits endpoint, with input files in a multipart body, strings, exceptions and a
// thread-local of its own. It stands for the plugins that people have, so it is never changed.
// PLUGIN_ID tells the builds of different compilers apart.
#include <limn/abi.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr limn_str borrow(std::string_view text)
{
  return {text.data(), text.size()};
}

std::string_view view(limn_str text)
{
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

struct Refusal : std::runtime_error {
  limn_status status;
  Refusal(limn_status a_status, const std::string& message)
    : std::runtime_error(message), status(a_status)
  {
  }
};

limn_status report(const limn_error_sink* errors, limn_status status, std::string_view message)
{
  const limn_error error{
    sizeof(limn_error), status, borrow(message), borrow("look at the frozen plugin"), {}, {}, -1};
  errors->report(errors->context, &error);
  return status;
}

template <typename Action>
limn_status guarded(const limn_error_sink* errors, Action&& action) noexcept
{
  try {
    action();
    return LIMN_OK;
  } catch (const Refusal& refusal) {
    return report(errors, refusal.status, refusal.what());
  } catch (const std::exception& e) {
    return report(errors, LIMN_INTERNAL, e.what());
  } catch (...) {
    return report(errors, LIMN_INTERNAL, "an exception of unknown type");
  }
}

thread_local int dialogues_of_this_thread = 0;

class Dialogue
{
public:
  Dialogue(const limn_job& job, const limn_gateway& gateway) : m_model(view(gateway.model))
  {
    if (view(job.prompt).find("refuse this") != std::string_view::npos) {
      throw Refusal(LIMN_UNSUPPORTED, "the frozen provider refuses this");
    }
    m_prompt = view(job.prompt);
    m_size = view(job.size);
    for (size_t i = 0; i < job.input_count; ++i) {
      const limn_input& input = *job.inputs[i];
      m_inputs.push_back(
        {input.role, std::string(view(input.media_type)), std::string(view(input.filename))});
    }
    if (m_inputs.empty()) {
      throw Refusal(LIMN_UNSUPPORTED, "an edit needs an image");
    }
    ++dialogues_of_this_thread;
  }
  ~Dialogue() { --dialogues_of_this_thread; }

  void next(const limn_step_sink* step)
  {
    if (m_sent) {
      return step->finish(step->context);
    }
    m_sent = true;
    std::vector<limn_part> parts{text_part("model", m_model), text_part("prompt", m_prompt)};
    if (!m_size.empty()) {
      parts.push_back(text_part("size", m_size));
    }
    for (size_t i = 0; i < m_inputs.size(); ++i) {
      const auto& input = m_inputs[i];
      parts.push_back({sizeof(limn_part),
                       LIMN_PART_INPUT_BYTES,
                       {},
                       static_cast<uint32_t>(i),
                       0,
                       borrow(input.role == LIMN_INPUT_MASK ? "mask" : "image[]"),
                       borrow(input.filename),
                       borrow(input.media_type)});
    }
    std::vector<const limn_part*> pointers;
    for (const auto& part : parts) {
      pointers.push_back(&part);
    }
    const limn_request request{sizeof(limn_request),
                               LIMN_REQUEST_BILLABLE,
                               borrow("POST"),
                               borrow("/images/edits"),
                               nullptr,
                               0,
                               LIMN_BODY_MULTIPART,
                               0,
                               pointers.data(),
                               pointers.size()};
    step->send(step->context, &request);
  }

  void receive(const limn_event& event, const limn_result_sink* results)
  {
    if (event.kind == LIMN_EVENT_END && !m_has_image) {
      throw Refusal(LIMN_NO_IMAGE, "the answer holds no image");
    }
    if (event.kind != LIMN_EVENT_MESSAGE) {
      return;
    }
    const auto content = view(event.content);
    if (event.http_status >= 400) {
      throw Refusal(event.http_status == 402 ? LIMN_BILLING : LIMN_SERVER, std::string(content));
    }
    constexpr std::string_view name = "\"b64_json\"";
    const auto at = content.find(name);
    if (at == std::string_view::npos) {
      return;
    }
    const auto begin = content.find('"', at + name.size()) + 1;
    const limn_image image{
      sizeof(limn_image), 0, borrow(content.substr(begin, content.find('"', begin) - begin)), {}};
    results->image(results->context, &image);
    m_has_image = true;
  }

private:
  struct Input {
    uint32_t role;
    std::string media_type, filename;
  };

  static limn_part text_part(std::string_view name, const std::string& value)
  {
    return {sizeof(limn_part), LIMN_PART_TEXT, borrow(value), 0, 0, borrow(name), {}, {}};
  }

  std::string m_model, m_prompt, m_size;
  std::vector<Input> m_inputs;
  bool m_sent = false;
  bool m_has_image = false;
};

constexpr limn_provider_v1 functions{
  sizeof(limn_provider_v1),
  0,
  [](void*, limn_capabilities* capabilities) {
    capabilities->flags = LIMN_CAN_EDIT | LIMN_CAN_MASK;
    capabilities->max_count = 1;
  },
  [](void*, const limn_job* job, const limn_gateway* gateway, void** dialogue,
     const limn_error_sink* errors) {
    return guarded(errors,
                   [&] { *dialogue = std::make_unique<Dialogue>(*job, *gateway).release(); });
  },
  [](void* dialogue, const limn_step_sink* step, const limn_error_sink* errors) {
    return guarded(errors, [&] { static_cast<Dialogue*>(dialogue)->next(step); });
  },
  [](void* dialogue, const limn_event* event, const limn_result_sink* results,
     const limn_error_sink* errors) {
    return guarded(errors, [&] { static_cast<Dialogue*>(dialogue)->receive(*event, results); });
  },
  [](void* dialogue) { delete static_cast<Dialogue*>(dialogue); },
  nullptr};

constexpr limn_component component{
  sizeof(limn_component),
  0,
  LIMN_STR(LIMN_KIND_PROVIDER),
  LIMN_STR(PLUGIN_ID),
  LIMN_STR("Frozen in C++20"),
  LIMN_STR("The edits endpoint, as of contract 1.0"),
  [](const limn_host*, const limn_settings*, void** instance, const limn_error_sink* errors) {
    return guarded(errors, [&] { *instance = std::make_unique<std::string>(PLUGIN_ID).release(); });
  },
  [](void* instance) { delete static_cast<std::string*>(instance); },
  &functions};

} // namespace

const limn_entry limn_entry_v1 = {
  sizeof(limn_entry),
  LIMN_ABI_MINOR,
  0,
  0,
  LIMN_STR(PLUGIN_ID),
  LIMN_STR("1.0.0"),
  LIMN_STR("limn's tests"),
  LIMN_STR("C++20 " __VERSION__),
  []() -> uint32_t { return 1; },
  [](uint32_t index) -> const limn_component* { return index == 0 ? &component : nullptr; }};
