#pragma once

#include "common/responses_answer.hpp"
#include "common/responses_request.hpp"

#include <limn/sdk.hpp>

#include <memory>

namespace limn::responses_api {

// One attempt: a single request, and an answer that is a stream of events or one JSON document,
// whichever was asked for.
class ResponsesDialogue : public sdk::OneRequestDialogue
{
public:
  ResponsesDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway,
                    const plugins::ResponsesManner& manner);

private:
  void read(const sdk::Event& event, sdk::Results& results) override
  {
    m_answer.read(event, results);
  }
  void end(const sdk::Event& event) override { m_answer.judge_end(event); }

  plugins::ResponsesAnswer m_answer;
};

// The Responses API: POST /responses, where a chat model calls the image_generation tool.
class ResponsesApi
{
public:
  // Settings: `host_model`, the chat model; `stream`, whether the answer is streamed. A gateway's
  // own settings of the same names win.
  ResponsesApi(sdk::Host host, const sdk::Settings& settings);

  sdk::Capabilities describe() const;
  std::unique_ptr<ResponsesDialogue> open(const sdk::Job& job, const sdk::Gateway& gateway);

private:
  sdk::Host m_host;
  sdk::Settings m_settings;
};

} // namespace limn::responses_api
