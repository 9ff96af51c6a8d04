#pragma once

#include "mcp/tools.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace limn::test {

// Tools that draw nothing: a test says what comes of each call, and when.
class FakeTools : public Tools
{
public:
  struct Call {
    ToolCall asked;
    Progress progress;
    std::function<void(ToolReply)> replied;
    bool is_cancelled = false;
  };

  std::string_view instructions() const override { return "Draw with `draw`."; }
  const std::vector<ToolDescription>& list() const override { return m_list; }

  ToolCallId call(ToolCall call, Progress progress, std::function<void(ToolReply)> replied) override
  {
    calls.push_back({std::move(call), std::move(progress), std::move(replied), false});
    return static_cast<ToolCallId>(calls.size());
  }
  void cancel(ToolCallId id) override
  {
    calls.at(static_cast<std::size_t>(id) - 1).is_cancelled = true;
  }
  void task(const McpClient&, const std::string& id,
            std::function<void(std::optional<ToolTask>)> told) override
  {
    const auto found = tasks.find(id);
    later.emplace_back([told = std::move(told), task = found == tasks.end()
                                                         ? std::optional<ToolTask>()
                                                         : found->second] { told(task); });
  }
  void cancel_task(const McpClient&, const std::string& id, std::function<void(bool)> told) override
  {
    cancelled_tasks.push_back(id);
    later.emplace_back([told = std::move(told), is_known = tasks.contains(id)] { told(is_known); });
  }

  void reply(std::size_t call, ToolReply reply)
  {
    const auto replied = calls.at(call).replied;
    replied(std::move(reply));
  }
  void tell_later()
  {
    for (const auto& action : std::exchange(later, {})) {
      action();
    }
  }

  std::vector<Call> calls;
  std::map<std::string, ToolTask> tasks;
  std::vector<std::string> cancelled_tasks;
  std::vector<std::function<void()>> later;

private:
  std::vector<ToolDescription> m_list{
    {"draw",
     "Draw",
     "Draws a picture.",
     "{\n  \"type\":\"object\"\n}",
     {},
     false,
     false,
     false,
     true},
    {"cost", "Cost", "What a picture costs.", R"({"type":"object"})",
     R"({"type":"object","properties":{"usd":{"type":"number"}}})", true, false, true, false}};
};

} // namespace limn::test
