#include "plugin/provider.hpp"

#include "base/terminal_text.hpp"
#include "plugin/guard.hpp"
#include "plugin/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace limn {

namespace {

constexpr std::int64_t k_max_wait_ms = 60 * 60 * 1000;
constexpr std::size_t k_max_image_text = 256 * 1024 * 1024;
constexpr std::size_t k_max_text = 1024 * 1024;
constexpr std::uint64_t k_most_previews = 1000; // a number above it says nothing

limn_str borrow(std::string_view text)
{
  return {text.data(), text.size()};
}

std::vector<limn_kv> borrow(const Pairs* pairs)
{
  std::vector<limn_kv> items;
  if (pairs) {
    items.reserve(pairs->size());
    for (const auto& [key, value] : *pairs) {
      items.push_back({borrow(key), borrow(value)});
    }
  }
  return items;
}

// Takes what `next` says.
struct StepInbox {
  GuardedCall& call;
  int said = 0;
  std::optional<Step> step;

  static void send(void* context, const limn_request* request) noexcept
  {
    auto* inbox = static_cast<StepInbox*>(context);
    inbox->call.shield([=] {
      ++inbox->said;
      auto read = read_request(request);
      if (!read) {
        return inbox->call.note(read.error());
      }
      inbox->step = SendStep{std::move(*read)};
    });
  }
  static void wait(void* context, std::int64_t milliseconds) noexcept
  {
    auto* inbox = static_cast<StepInbox*>(context);
    inbox->call.shield([=] {
      ++inbox->said;
      if (milliseconds < 0 || milliseconds > k_max_wait_ms) {
        return inbox->call.note({0, fmt::format("asked to wait {} ms: from 0 to {} can be waited",
                                                milliseconds, k_max_wait_ms)});
      }
      inbox->step = WaitStep{std::chrono::milliseconds(milliseconds)};
    });
  }
  static void finish(void* context) noexcept
  {
    auto* inbox = static_cast<StepInbox*>(context);
    inbox->call.shield([=] {
      ++inbox->said;
      inbox->step = FinishStep{};
    });
  }
};

// Takes what `receive` found and hands it on at once: a token is good only until the call returns.
struct ResultInbox {
  GuardedCall& call;
  ResultReceiver& receiver;

  struct ImageText {
    std::string_view content;
    std::string_view revised_prompt;
    std::optional<int> preview_index;
  };

  static Read<ImageText> read_image(const limn_image* image)
  {
    if (!image || !LIMN_HAS(image, limn_image, revised_prompt)) {
      return fail(Fault{1, "gave an image that is smaller than limn_image of contract 1.0"});
    }
    ImageText read;
    LIMN_TRY_ASSIGN(read.content, read_text(image->content, k_max_image_text, "an image"));
    LIMN_TRY_ASSIGN(read.revised_prompt,
                    read_text(image->revised_prompt, k_max_text, "a revised prompt"));
    if (read.content.empty()) {
      return fail(Fault{0, "gave an image without content"});
    }
    if (LIMN_HAS(image, limn_image, preview_number) && image->preview_number > 0
        && image->preview_number <= k_most_previews) {
      read.preview_index = static_cast<int>(image->preview_number - 1);
    }
    return read;
  }

  static void image(void* context, const limn_image* image) noexcept
  {
    auto* inbox = static_cast<ResultInbox*>(context);
    inbox->call.shield([=] {
      const auto read = read_image(image);
      if (!read) {
        return inbox->call.note(read.error());
      }
      inbox->receiver.image(read->content, read->revised_prompt);
    });
  }
  static void partial(void* context, const limn_image* image) noexcept
  {
    auto* inbox = static_cast<ResultInbox*>(context);
    inbox->call.shield([=] {
      const auto read = read_image(image);
      if (!read) {
        return inbox->call.note(read.error());
      }
      inbox->receiver.partial(read->content, read->preview_index);
    });
  }
  static void usage(void* context, const limn_usage* usage) noexcept
  {
    auto* inbox = static_cast<ResultInbox*>(context);
    inbox->call.shield([=] {
      if (!usage || !LIMN_HAS(usage, limn_usage, total_tokens)) {
        return inbox->call.note(
          {1, "gave a usage that is smaller than limn_usage of contract 1.0"});
      }
      const auto count = [](std::int64_t tokens) { return std::max<std::int64_t>(tokens, -1); };
      inbox->receiver.usage({count(usage->input_text_tokens), count(usage->input_image_tokens),
                             count(usage->output_text_tokens), count(usage->output_image_tokens),
                             count(usage->total_tokens)});
    });
  }
  static void note(void* context, limn_str key, limn_str value) noexcept
  {
    auto* inbox = static_cast<ResultInbox*>(context);
    inbox->call.shield([=] {
      const auto name = read_text(key, 100, "a note's name");
      const auto text = read_text(value, k_max_text, "a note");
      if (!name || !text) {
        return inbox->call.note(name ? text.error() : name.error());
      }
      inbox->receiver.note(*name, *text);
    });
  }
};

// What the plugin sees of `job` when the gateway refused the parameters in `dropped`.
Job without(const Job& job, std::span<const std::string> dropped)
{
  Job left = job;
  for (const auto& name : dropped) {
    if (name == "size") {
      left.size.clear();
    } else if (name == "quality") {
      left.quality.clear();
    } else if (name == "background") {
      left.background.clear();
    } else if (name == "output_format") {
      left.output_format.clear();
    } else if (name == "moderation") {
      left.moderation.clear();
    } else if (name == "output_compression") {
      left.output_compression.reset();
    } else if (name == "partial_images") {
      left.partial_images = 0;
    } else if (name == "n") {
      left.count = 1;
    }
  }
  return left;
}

// The file's name as it can stand in the header of a part: text of one line, and not longer than
// any file system takes it.
std::string name_for_upload(const Input& input)
{
  if (input.opened) { // it has no name of its own
    return "image." + input.media_type.substr(input.media_type.find('/') + 1);
  }
  const auto& file = input.file;
  constexpr std::size_t k_longest_stem = 200;
  constexpr std::size_t k_longest_extension = 50;
  return shortened(terminal_safe(file.stem().string()), k_longest_stem)
         + shortened(terminal_safe(file.extension().string()), k_longest_extension);
}

// The job's inputs as the contract passes them: pointers to structs that stay where they are.
class InputList
{
public:
  explicit InputList(const std::vector<Input>& inputs)
  {
    for (const auto& input : inputs) {
      m_names.push_back(name_for_upload(input));
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto& input = inputs[i];
      m_inputs.push_back({sizeof(limn_input),
                          static_cast<std::uint32_t>(
                            input.role == Input::Role::mask ? LIMN_INPUT_MASK : LIMN_INPUT_IMAGE),
                          borrow(input.media_type), borrow(m_names[i]), input.bytes,
                          static_cast<std::uint32_t>(input.size.width),
                          static_cast<std::uint32_t>(input.size.height)});
    }
    for (const auto& input : m_inputs) {
      m_pointers.push_back(&input);
    }
  }
  const limn_input* const* data() const { return m_pointers.data(); }
  std::size_t size() const { return m_pointers.size(); }

private:
  std::vector<std::string> m_names;
  std::vector<limn_input> m_inputs;
  std::vector<const limn_input*> m_pointers;
};

} // namespace

Dialogue::Dialogue(const limn_provider_v1* functions, void* dialogue, Conduct& conduct)
  : m_functions(functions), m_dialogue(dialogue), m_conduct(&conduct)
{
}

Dialogue::Dialogue(Dialogue&& other) noexcept
  : m_functions(std::exchange(other.m_functions, nullptr)), m_dialogue(other.m_dialogue),
    m_conduct(other.m_conduct)
{
}

Dialogue& Dialogue::operator=(Dialogue&& other) noexcept
{
  std::swap(m_functions, other.m_functions);
  std::swap(m_dialogue, other.m_dialogue);
  std::swap(m_conduct, other.m_conduct);
  return *this;
}

Dialogue::~Dialogue()
{
  if (m_functions) {
    ignoring_exceptions([this] { m_functions->close(m_dialogue); });
  }
}

Result<Step> Dialogue::next()
{
  GuardedCall call(*m_conduct, "next");
  StepInbox inbox{call};
  const limn_step_sink sink{sizeof(limn_step_sink), 0, &inbox, StepInbox::send, StepInbox::wait,
                            StepInbox::finish};
  LIMN_TRY(call.run([&] { return m_functions->next(m_dialogue, &sink, call.errors()); }));
  if (inbox.said != 1) {
    return fail(call.broken({0, fmt::format("said {} instead of one of send, wait and finish",
                                            inbox.said == 0 ? "nothing" : "several things")}));
  }
  return std::move(*inbox.step);
}

Done Dialogue::receive(const ResponseEvent& event, ResultReceiver& results)
{
  GuardedCall call(*m_conduct, "receive");
  ResultInbox inbox{call, results};
  const limn_result_sink sink{sizeof(limn_result_sink),
                              0,
                              &inbox,
                              ResultInbox::image,
                              ResultInbox::partial,
                              ResultInbox::usage,
                              ResultInbox::note};
  const auto headers = borrow(event.headers);
  const limn_event told{sizeof(limn_event),
                        event.kind,
                        static_cast<std::uint32_t>(event.http_status),
                        event.format,
                        headers.data(),
                        headers.size(),
                        borrow(event.content),
                        borrow(event.event_name)};
  return call.run([&] { return m_functions->receive(m_dialogue, &told, &sink, call.errors()); });
}

std::optional<ProviderRequest> Dialogue::cancel()
{
  if (!LIMN_HAS(m_functions, limn_provider_v1, cancel) || !m_functions->cancel) {
    return std::nullopt;
  }
  GuardedCall call(*m_conduct, "cancel");
  StepInbox inbox{call};
  const limn_step_sink sink{sizeof(limn_step_sink), 0, &inbox, StepInbox::send, StepInbox::wait,
                            StepInbox::finish};
  const auto said = call.run([&] { return m_functions->cancel(m_dialogue, &sink, call.errors()); });
  auto* to_send =
    said && inbox.said == 1 && inbox.step ? std::get_if<SendStep>(&*inbox.step) : nullptr;
  if (!to_send) {
    return std::nullopt; // whatever is wrong with it: nobody waits for it any more
  }
  to_send->request.billable = false;
  return std::move(to_send->request);
}

Provider::Provider(const limn_component* component, void* instance, std::string who, Log* log,
                   Place place)
  : m_component(component), m_functions(static_cast<const limn_provider_v1*>(component->functions)),
    m_instance(instance), m_conduct{std::move(who), {}, log}, m_place(place)
{
}

Provider::~Provider()
{
  ignoring_exceptions([this] { m_component->destroy(m_instance); });
}

std::string_view Provider::id() const
{
  return {m_component->id.data, m_component->id.size};
}

ProviderCapabilities Provider::capabilities() const
{
  limn_capabilities told{};
  told.struct_size = sizeof told;
  GuardedCall call(m_conduct, "describe");
  const auto described = call.run([&] {
    m_functions->describe(m_instance, &told);
    return LIMN_OK;
  });
  if (!described) {
    return {};
  }
  const auto max_count =
    std::clamp<std::uint32_t>(told.max_count, 1, std::numeric_limits<int>::max());
  return {told.flags, static_cast<int>(max_count)};
}

Result<Dialogue> Provider::open(const Job& job, const GatewayView& gateway,
                                std::span<const std::string> dropped)
{
  const Job left = without(job, dropped);
  std::vector<limn_str> dropped_names;
  dropped_names.reserve(dropped.size());
  for (const auto& name : dropped) {
    dropped_names.push_back(borrow(name));
  }
  const InputList inputs(job.inputs);
  const limn_job told_job{sizeof(limn_job),
                          left.count,
                          borrow(left.prompt),
                          borrow(left.size),
                          borrow(left.quality),
                          borrow(left.background),
                          borrow(left.output_format),
                          borrow(left.moderation),
                          left.output_compression.value_or(-1),
                          left.partial_images > 0 ? left.partial_images : -1,
                          inputs.data(),
                          inputs.size(),
                          dropped_names.data(),
                          dropped_names.size()};
  const auto settings = borrow(gateway.settings);
  const limn_gateway told_gateway{sizeof(limn_gateway),  0,
                                  borrow(gateway.name),  borrow(gateway.base_url),
                                  borrow(gateway.model), settings.data(),
                                  settings.size()};
  // What a plugin that breaks the contract in this call may have made is left alone: nothing that
  // it says of it counts.
  void* dialogue = nullptr;
  GuardedCall call(m_conduct, "open");
  LIMN_TRY(call.run([&] {
    return m_functions->open(m_instance, &told_job, &told_gateway, &dialogue, call.errors());
  }));
  if (!dialogue) {
    return fail(call.broken({0, "returned LIMN_OK without a dialogue"}));
  }
  return Dialogue(m_functions, dialogue, m_conduct);
}

} // namespace limn
