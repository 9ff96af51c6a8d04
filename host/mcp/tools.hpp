#pragma once

#include "memory/job_budget.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace limn {

// What the tools of an agent are, as the protocol sees them: it knows no picture and no money, and
// the tools know no JSON-RPC.

// Who calls, as far as it says so.
struct McpClient {
  std::string name; // clientInfo.name; may be empty
  std::string version;
  bool answers_forms = false; // elicitation, in the form mode
  bool takes_tasks = false;   // the extension io.modelcontextprotocol/tasks, with this request
  bool is_remote = false;     // by HTTP; else by standard input
  int hops = 0;               // how many limns this request went through to get to this one
  std::string owner; // whose calls are kept apart from those of others; empty: of this user
  std::vector<CostLimit> limits;   // of its owner, as the next two are
  std::vector<std::string> models; // that it may ask for; empty: any
  std::optional<int> most_under_way;
};

// What a user said to a ToolQuestion.
enum class ToolAnswer { accepted, declined, dismissed };

struct ToolCall {
  std::string tool;      // one that Tools::list has
  std::string arguments; // a JSON object; "{}" where there are none
  McpClient client;
  bool wants_progress = false;
  std::optional<ToolAnswer> answer; // where this is the same call once more, after a ToolQuestion
  std::string terms;                // of that question
};

struct ToolLink {
  std::filesystem::path file; // absolute
  std::string name;
  std::string media_type;
};

// The call has ended. What went wrong in it, too, is a result (`is_error`), never an error of the
// protocol.
struct ToolResult {
  std::string json; // one object, whole in itself: the text of the answer
  bool is_error = false;
  bool is_structured = false; // the same object is also the structured content
  std::vector<ToolLink> links;
  std::vector<std::string> previews; // small pictures, the bytes of a JPEG each
};

// A yes or no of the user is needed before anything is done. The call is made once more, with the
// answer. Only where McpClient::answers_forms.
struct ToolQuestion {
  std::string message; // a sentence or two
  std::string terms;   // what is agreed to, for the tool: letters and digits. An answer is to this
};

// The work goes on, and is asked after by its id. Only where McpClient::takes_tasks.
struct ToolTask {
  enum class State { working, completed, failed, cancelled };
  std::string id;
  State state = State::working;
  std::string message; // for people; may be empty
  std::chrono::sys_time<std::chrono::milliseconds> created;
  std::chrono::sys_time<std::chrono::milliseconds> changed;
  std::chrono::milliseconds kept_for{0};
  std::chrono::milliseconds poll_after{0};
  std::optional<ToolResult> result; // once it is completed
};

using ToolReply = std::variant<ToolResult, ToolQuestion, ToolTask>;

struct ToolDescription {
  std::string_view name;
  std::string_view title;
  std::string description;
  std::string input_schema;  // JSON Schema 2020-12, an object
  std::string output_schema; // the same for the structured content; empty: there is none
  bool is_read_only = false;
  bool is_destructive = false;
  bool is_idempotent = false;
  bool is_open_world = false;
};

// Tells the calls of one Tools apart.
enum class ToolCallId : std::uint64_t {};

// All calls are from the loop, and what is given to be called is called from it, later, never from
// within the call that gave it.
class Tools
{
public:
  using Progress =
    std::function<void(double done, std::optional<double> total, const std::string& message)>;

  virtual ~Tools() = default;

  // For the model that reads it, once, before anything else.
  virtual std::string_view instructions() const = 0;

  // Always the same, in the same order.
  virtual const std::vector<ToolDescription>& list() const = 0;

  // `replied` is called once, and ends the call; `progress` any number of times before it, where
  // it was wanted, and may be empty.
  virtual ToolCallId call(ToolCall call, Progress progress,
                          std::function<void(ToolReply)> replied) = 0;

  // Whoever called waits no longer, and `replied` is not called any more. What was not paid for
  // ends; what may have been goes on. One that has ended is ignored.
  virtual void cancel(ToolCallId id) = 0;

  // How a task stands; nothing if there is none of that id, or it is another owner's.
  virtual void task(const McpClient& client, const std::string& id,
                    std::function<void(std::optional<ToolTask>)> told) = 0;

  // As cancel(), for a task; false if there is none of that id.
  virtual void cancel_task(const McpClient& client, const std::string& id,
                           std::function<void(bool)> told) = 0;
};

} // namespace limn
