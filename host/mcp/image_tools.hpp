#pragma once

#include "job/session.hpp"
#include "job/settings_watch.hpp"
#include "mcp/arguments.hpp"
#include "mcp/tools.hpp"
#include "work/work_desk.hpp"
#include "work/work_order.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace limn {

class SmallPictures;

// What the command line says over limn.yaml.
struct AgentLimits {
  std::optional<NanoUsd> max_cost;         // of a call
  std::optional<NanoUsd> max_cost_per_day; // of all
};

// Who would be asked, of the `wanted` ones, as EngineHost::gateways has them. `names`: of those
// that are left where one is never to be asked; empty: all are.
using GatewayChoice = std::function<Result<std::vector<Gateway>>(
  const std::vector<std::string>& wanted, std::vector<std::string>& names)>;

// Who is told of the jobs that are begun here, whether their callers wait for them or not: of each
// once that it is under way, and once that it is over, as WorkDesk::wait has it. From the loop.
struct JobsListener {
  std::function<void(const std::string& job)> begun;
  std::function<void(const std::string& job, const Result<KeptJob>& kept)> over;
};

// The tools of an agent: generate_image, image_job, image_gateways, image_cost. Pictures are drawn
// by processes of their own, which go on whatever becomes of this one.
class ImageTools : public Tools
{
public:
  // The session is borrowed. Without a choice all of its gateways may be asked; the listener may
  // be empty.
  ImageTools(Session& session, AgentLimits limits, GatewayChoice choice = {},
             JobsListener listener = {});
  ~ImageTools() override;

  std::string_view instructions() const override;
  const std::vector<ToolDescription>& list() const override { return m_descriptions; }
  ToolCallId call(ToolCall call, Progress progress,
                  std::function<void(ToolReply)> replied) override;
  void cancel(ToolCallId id) override;
  void task(const McpClient& client, const std::string& id,
            std::function<void(std::optional<ToolTask>)> told) override;
  void cancel_task(const McpClient& client, const std::string& id,
                   std::function<void(bool)> told) override;

private:
  struct Call;
  struct Wanted;

  void begin(ToolCallId id);
  Result<Wanted> read_wanted(const ToolCall& call);
  void generate(ToolCallId id);
  void put(ToolCallId id, JobRequest request);
  void listen(const std::string& job);
  void ask_first(ToolCallId id, JobRequest request);
  void set_deadline(ToolCallId id);
  void wait_for(ToolCallId id, std::string job);
  void heard(ToolCallId id, Result<KeptJob> job);
  void give_back(ToolCallId id);
  void tell_progress(ToolCallId id);
  void job(ToolCallId id);
  void gateways(ToolCallId id);
  void cost(ToolCallId id);
  void reply(ToolCallId id, ToolReply reply);
  void reply_with_previews(ToolCallId id, const KeptJob& job);
  Call* find(ToolCallId id);
  Result<std::vector<Gateway>> usable_gateways();

  Session& m_session;
  AgentLimits m_limits;
  GatewayChoice m_choice;
  JobsListener m_listener;
  std::vector<ToolDescription> m_descriptions;
  WorkDesk m_desk;
  SettingsWatch m_settings;
  std::uint64_t m_last_id = 0;
  std::map<ToolCallId, std::unique_ptr<Call>> m_calls;
  std::map<std::string, WorkDesk::Wait> m_listened_to; // by job, where there is a listener
  std::set<std::string> m_tasks_with_previews;         // ids of jobs
  std::map<std::uint64_t, std::unique_ptr<SmallPictures>> m_task_previews; // while they are made
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
};

} // namespace limn
