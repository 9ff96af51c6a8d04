#pragma once

#include "answer/message_stream.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The messages of the answer to a request that may be charged, and of the last one to a question
// about it, their images taken out: what there is to go by where no image was recognised. Holds
// `most` bytes of them.
class AnswerText
{
public:
  explicit AnswerText(std::size_t most) : m_most(most) {}

  void begin();          // of an answer: those before are done with
  void begin_question(); // of one about what was accepted: only other questions are done with
  void was_accepted() { m_accepted = m_text.size(); }
  void add(const Message& message);

  // The last ones, in their order. Borrowed.
  std::vector<std::string_view> last_messages() const;

  // All of it, a message a line, to be kept. Empty if it said nothing.
  std::string whole() const;
  std::string_view extension() const; // of a file with it, "json" or "txt"

  // The beginning of the last message, and what leads on from the last ones: addresses and ids. Not
  // what `told` has already. For a sentence: on one line, safe on a terminal, keys that can be
  // recognised hidden. May be empty.
  std::string excerpt(std::string_view told) const;

  // How many images the gateway says that it drew; 0 if it does not.
  std::size_t told_count() const;

private:
  std::size_t m_most;
  bool m_is_json = true;
  std::size_t m_accepted = 0; // of the text
  std::string m_text;         // a stream may have a million messages: one text for all of them
};

} // namespace limn
