// A provider in C++20 whose gateway works off a queue: submit, ask until the picture is drawn. The
// guide for authors (docs/writing-a-provider.md) shows it piece by piece.
#include <limn/rapidjson.hpp>
#include <limn/sdk.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace {

namespace sdk = limn::sdk;

// What the gateway says of a task.
struct Task {
  std::string id, state, image, reason;

  explicit Task(const sdk::Event& event)
  {
    const auto json = sdk::parse_json(sdk::from_abi(event.content));
    const auto text = [&](const char* name) -> std::string {
      const bool is_there = json.IsObject() && json.HasMember(name) && json[name].IsString();
      return is_there ? std::string(json[name].GetString(), json[name].GetStringLength()) : "";
    };
    id = text("id");
    state = text("state");
    image = text("image");
    reason = text("reason");
  }
};

// It becomes a part of a path.
bool is_safe_in_path(std::string_view id)
{
  return !id.empty()
         && id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
              == std::string_view::npos;
}

std::string body_of(const sdk::Job& job, const sdk::Gateway& gateway)
{
  sdk::JsonText text;
  sdk::JsonWriter json(text);
  const auto member = [&](std::string_view name, std::string_view value) {
    json.Key(name.data(), static_cast<unsigned>(name.size()));
    json.String(value.data(), static_cast<unsigned>(value.size()));
  };
  json.StartObject();
  member("model", gateway.model);
  member("prompt", job.prompt);
  if (!job.size.empty()) {
    member("size", job.size);
  }
  json.EndObject();
  return {text.GetString(), text.GetSize()};
}

// One attempt: POST /tasks, then GET /tasks/ID until there is an image.
class QueueDialogue
{
public:
  QueueDialogue(sdk::Host host, std::chrono::milliseconds pause, std::string body)
    : m_host(host), m_pause(pause), m_body(std::move(body))
  {
  }

  sdk::Step next()
  {
    switch (m_stage) {
    case Stage::submit: {
      auto request = sdk::Request::json("/tasks", std::move(m_body));
      request.billable = true; // from here on, a lost answer may have cost money
      return sdk::Send{std::move(request)};
    }
    case Stage::wait:
      m_stage = Stage::ask;
      return sdk::Wait{m_pause};
    case Stage::ask:
      return sdk::Send{about_task("GET")};
    case Stage::drawn:
      break;
    }
    return sdk::Finish{};
  }

  void receive(const sdk::Event& event, sdk::Results& results)
  {
    if (event.kind == LIMN_EVENT_END && !m_understood) {
      throw sdk::Failure(LIMN_OUTCOME_UNKNOWN, "the answer does not say what became of the task");
    }
    if (event.kind != LIMN_EVENT_MESSAGE) {
      m_understood = false; // the head of an answer, or the end of one that was understood
      return;
    }
    m_host.throw_if_failure(event);
    read(Task(event), results);
  }

  std::optional<sdk::Request> cancel()
  {
    if (m_id.empty() || m_stage == Stage::drawn) {
      return std::nullopt;
    }
    return about_task("DELETE");
  }

private:
  enum class Stage { submit, wait, ask, drawn };

  void read(const Task& task, sdk::Results& results)
  {
    if (m_id.empty()) {
      if (!is_safe_in_path(task.id)) {
        throw sdk::Failure(LIMN_OUTCOME_UNKNOWN, "the gateway took the task, but gave no usable id",
                           "look at its own page before you ask again");
      }
      m_id = task.id;
      results.note("task", m_id);
    }
    m_understood = true;
    m_stage = Stage::wait;
    if (!task.image.empty()) {
      results.image(task.image);
      m_stage = Stage::drawn;
    } else if (task.state == "refused") {
      throw sdk::Failure(LIMN_CONTENT, "the gateway declined: " + task.reason);
    } else if (task.state == "failed" || task.state == "done") {
      throw sdk::Failure(LIMN_NO_IMAGE, "the task ended without an image: " + task.reason);
    }
  }

  sdk::Request about_task(const char* method) const
  {
    sdk::Request request;
    request.method = method;
    request.path = "/tasks/" + m_id;
    return request;
  }

  sdk::Host m_host;
  std::chrono::milliseconds m_pause;
  std::string m_body;
  Stage m_stage = Stage::submit;
  std::string m_id;
  bool m_understood = false; // a message of this answer
};

class Queue
{
public:
  Queue(sdk::Host host, const sdk::Settings& settings) : m_host(host)
  {
    for (const auto& [key, value] : settings.items()) {
      if (key != "pause") {
        throw sdk::Failure(LIMN_SETTINGS, "test_queue has no setting '" + key + "'",
                           "it knows pause: quick or slow");
      }
    }
    const auto pause = settings.get_or("pause", "slow");
    if (pause != "quick" && pause != "slow") {
      throw sdk::Failure(LIMN_SETTINGS, "pause is quick or slow, not '" + pause + "'");
    }
    m_pause = std::chrono::milliseconds(pause == "quick" ? 100 : 2000);
  }

  std::unique_ptr<QueueDialogue> open(const sdk::Job& job, const sdk::Gateway& gateway)
  {
    return std::make_unique<QueueDialogue>(m_host, m_pause, body_of(job, gateway));
  }

private:
  sdk::Host m_host;
  std::chrono::milliseconds m_pause{};
};

} // namespace

LIMN_PLUGIN("test_queue", "1.0.0", "limn's tests",
            limn::sdk::provider<Queue>("test_queue", "Test queue",
                                       "POST /tasks, then GET /tasks/ID until it is drawn"))
