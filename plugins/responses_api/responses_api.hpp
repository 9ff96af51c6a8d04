#pragma once

#include "common/image_answer.hpp"
#include "common/json.hpp"
#include "responses_api/responses_request.hpp"

#include <limn/sdk.hpp>

#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace limn::responses_api {

// One attempt: a single request, and an answer that is a stream of events or one JSON document,
// whichever was asked for.
class ResponsesDialogue : public sdk::OneRequestDialogue
{
public:
  ResponsesDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway,
                    const Manner& manner);

private:
  void read(const sdk::Event& event, sdk::Results& results) override;
  void end(const sdk::Event& event) override;
  void report_images(const plugins::Json& message, std::string_view type, sdk::Results& results);
  void report_item(const plugins::Json& item, sdk::Results& results);
  void remember_words(const plugins::Json& message, std::string_view type);

  sdk::Host m_host;
  bool m_may_be_cut = false; // what came so far does not say by itself that it is whole
  bool m_response_ended = false;
  int m_image_count = 0;
  std::set<std::string, std::less<>> m_reported_ids;
  bool m_reported_without_id = false;
  plugins::Words m_words;        // of whole items
  plugins::Words m_spoken_words; // of deltas: incomplete if the stream is
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
