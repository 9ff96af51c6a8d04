#pragma once

#include "chat_completions/chat_request.hpp"
#include "chat_completions/spoken_images.hpp"
#include "common/image_answer.hpp"
#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <memory>
#include <string>

namespace limn::chat_completions {

// One attempt: a single request, and an answer that is a stream of events or one JSON document,
// whichever was asked for.
class ChatDialogue
{
public:
  ChatDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway,
               const Manner& manner);

  sdk::Step next();
  void receive(const sdk::Event& event, sdk::Results& results);

private:
  void read(const sdk::Event& event, sdk::Results& results);
  void read_chunk(const plugins::Json& message, sdk::Results& results);
  void read_whole(const plugins::Json& message, sdk::Results& results);
  void report(const std::vector<plugins::FoundImage>& images, sdk::Results& results);
  void judge_end(const sdk::Event& event, sdk::Results& results);
  int image_count() const { return m_image_count + m_spoken.image_count(); }

  sdk::Host m_host;
  sdk::Request m_request;
  bool m_sent = false;
  bool m_is_stream = false;
  bool m_may_be_cut = false;   // what came does not say by itself that it is whole
  bool m_has_ended = false;    // the answer says so itself
  bool m_was_filtered = false; // the gateway says that it held the image back
  int m_image_count = 0;       // beside those in the words of a stream
  SpokenImages m_spoken;
  plugins::Words m_words;
};

// Chat models that answer with images: POST /chat/completions.
class ChatCompletions
{
public:
  // Settings: `stream`, whether the answer is streamed; `modalities`, "image,text", "image" or
  // "none" to send none; `image_config`, "auto" or "none". A gateway's own settings of the same
  // names win.
  ChatCompletions(sdk::Host host, const sdk::Settings& settings);

  sdk::Capabilities describe() const;
  std::unique_ptr<ChatDialogue> open(const sdk::Job& job, const sdk::Gateway& gateway);

private:
  sdk::Host m_host;
  sdk::Settings m_settings;
};

} // namespace limn::chat_completions
