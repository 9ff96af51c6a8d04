#pragma once

#include "viewer/order.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace limn::viewer {

// What a terminal says of itself, as it comes in, and what somebody typed meanwhile.
class Answer
{
public:
  void add(std::string_view bytes);

  // It is whole once the device attributes are there, which every terminal tells and which come
  // last.
  bool is_whole() const { return m_is_whole; }

  // kitty where its question was answered with OK, sixel where the attributes have a 4; else none.
  Way way() const;

  // All that is no answer.
  std::string typed() const;

private:
  std::string m_bytes;
  bool m_is_whole = false;
};

// Asks the terminal behind that descriptor, which has to be the one that controls this process, in
// whose foreground it is: for kitty's protocol, and then for its attributes (sixels are a 4). It
// has 300 ms. Nothing where nobody is asked: also where something was typed already, which an
// answer would stand behind. What is typed meanwhile is given back where the system lets that be
// done. The terminal's modes are as before afterwards, also where a signal came.
std::optional<Way> ask(int terminal);

} // namespace limn::viewer
