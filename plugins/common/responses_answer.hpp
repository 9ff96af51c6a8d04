#pragma once

#include "common/image_answer.hpp"
#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <set>
#include <string>
#include <string_view>

namespace limn::plugins {

// Reads one answer of the Responses API: a stream of events or one JSON document, whichever was
// asked for.
class ResponsesAnswer
{
public:
  explicit ResponsesAnswer(sdk::Host host) : m_host(host) {}

  // Reports what a message holds. Throws what it says went wrong, unless an image came before.
  void read(const sdk::Event& event, sdk::Results& results);

  // Throws if the answer is over without an image.
  void judge_end(const sdk::Event& event) const;

  bool has_image() const { return m_image_count > 0; }

private:
  void report_images(const Json& message, std::string_view type, sdk::Results& results);
  void report_item(const Json& item, sdk::Results& results);
  void remember_words(const Json& message, std::string_view type);

  sdk::Host m_host;
  bool m_may_be_cut = false; // what came so far does not say by itself that it is whole
  bool m_response_ended = false;
  int m_image_count = 0;
  std::set<std::string, std::less<>> m_reported_ids;
  bool m_reported_without_id = false;
  Words m_words;        // of whole items
  Words m_spoken_words; // of deltas: incomplete if the stream is
};

} // namespace limn::plugins
