#pragma once

#include "disk_at_once.hpp"
#include "engine/engine.hpp"
#include "fresh_folder.hpp"
#include "http/transport.hpp"
#include "loop/epoll_loop.hpp"
#include "output/folder_sink.hpp"
#include "plugin/host_services.hpp"
#include "sandbox/sandbox.hpp"
#include "silence.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::test {

// Keeps how a job ended, and what was noticed on the way.
class KeptOutcome : public JobListener
{
public:
  std::optional<JobOutcome> outcome;
  int ends = 0;
  std::string notices;

  void verifying(const Gateway&) override {}
  void attempt_started(const Attempt&) override {}
  void attempt_ended(const Attempt&) override {}
  void image_saved(const SavedImage&) override {}
  void waiting(std::chrono::milliseconds, const std::string&) override {}
  void noticed(const std::string& text) override { notices += text + "\n"; }
  void finished(JobOutcome told) override
  {
    ++ends;
    outcome = std::move(told);
  }
};

// An engine with the plugins of the house, in a folder of its own, and a sandbox to ask.
struct EngineBench {
  FreshFolder folder;
  Silence log;
  std::unique_ptr<Loop> loop = std::move(*epoll_loop());
  std::unique_ptr<Sandbox> sandbox = std::move(*Sandbox::start(*loop, {}));
  DiskAtOnce disk{*loop};
  std::unique_ptr<Transport> transport =
    std::make_unique<Transport>(*loop, TransportOptions(), log);
  HostServices services{log, {}};
  Registry registry{search(), services.host(), {}, log};
  std::string warning;
  Learnt learnt = Learnt::load(folder.path() / "learnt.json", warning);
  Settings settings;
  FolderSink sink{folder.path() / "images",
                  {"{slug}", folder.path() / "recovered", ImageDigest::none}};
  OpenGate gate;
  Engine engine{*transport, {disk, disk}, learnt, EngineGround{registry, settings, nullptr}};

  static PluginSearch search()
  {
    PluginSearch search;
    search.files = {LIMN_CHAT_COMPLETIONS, LIMN_OPENAI_IMAGES, LIMN_RESPONSES_API};
    return search;
  }

  static Gateway gateway(std::string base_url)
  {
    Gateway gateway;
    gateway.name = "g";
    gateway.base_url = std::move(base_url);
    gateway.key = Secret("a-key-of-the-test");
    gateway.id = gateway_id(gateway);
    return gateway;
  }

  // An image of these gateways, whose models nobody asks for.
  JobOrder order_for(const std::vector<std::string>& base_urls,
                     std::string_view provider = "openai_images")
  {
    static_cast<void>(sink.check_writable()); // makes the folder; else no image comes
    JobOrder order{{}, {}, &sink, {}, &gate};
    order.job.prompt = "a fox";
    order.job.size = "1024x1024";
    order.job.quality = "low";
    for (const auto& base_url : base_urls) {
      order.gateways.push_back(gateway(base_url));
    }
    order.options.verify = VerifyMode::never;
    order.options.providers = {std::string(provider)};
    return order;
  }
};

} // namespace limn::test
