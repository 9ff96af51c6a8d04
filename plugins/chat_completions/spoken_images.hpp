#pragma once

#include "common/image_answer.hpp"

#include <limn/sdk.hpp>

#include <string>
#include <string_view>

namespace limn::chat_completions {

// The words of a streamed answer, put together again from pieces that were cut anywhere, and the
// images in them.
class SpokenImages
{
public:
  // Reports the images that end within this piece and hold a token, which is good for this call
  // only.
  void add(std::string_view piece, sdk::Results& results);

  // The words are over: reports the images in them.
  void finish(sdk::Results& results);

  int image_count() const { return m_image_count; }
  const std::string& words() const { return m_words; }

  // Whether an image came in pieces of which the host has decoded some: they do not fit together
  // any more, as base64 was not cut at whole bytes.
  bool has_lost_image() const { return m_has_lost_image; }

private:
  bool leave_lost_image();
  void report(std::string_view prose, sdk::Results& results);
  void take_token(std::size_t at, std::size_t end, sdk::Results& results);

  std::string m_said;  // not looked at yet: may be the first part of an image
  std::string m_words; // the beginning of all that was said
  int m_image_count = 0;
  bool m_has_lost_image = false;
  bool m_is_within_lost_image = false;
};

} // namespace limn::chat_completions
