#pragma once

#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace limn {

// Takes a key out of bytes that go by and are somebody else's: where it stands in full there are as
// many stars, so that what tells their number stays right. Nothing else is changed.
class KeyMask
{
public:
  // One that is too short to be told from a word is left where it stands.
  explicit KeyMask(const Secret& key) : m_key(key) {}

  // What of all so far may go on. Bytes that the key begins with wait for those behind them.
  std::string pass(std::string_view piece);

  // What waited, once nothing comes behind it.
  std::string rest();

private:
  Secret m_key;
  std::string m_waiting;
};

} // namespace limn
