#pragma once

#include "base/result.hpp"
#include "model/attempt.hpp"

#include <functional>

namespace limn {

// Asked before any request that may cost money. Whoever keeps a record has it on the disk when it
// says yes. Calls come from the loop, and cancel nothing from within.
class MoneyGate
{
public:
  virtual ~MoneyGate() = default;

  // A request of `attempt` is ready. It goes out only once `answer` was called with success: now or
  // later, from the loop. A failure ends the job. An answer that comes when the attempt has ended
  // does nothing, nor does a second one.
  virtual void may_spend(const Attempt& attempt, std::function<void(Done)> answer) = 0;

  // An attempt that asked, once or several times, has ended, whatever the answer was: its failure
  // and `may_have_cost` say what became of the money. Its images have their names.
  virtual void settled(const Attempt& attempt) = 0;
};

// For who keeps no record.
class OpenGate : public MoneyGate
{
public:
  void may_spend(const Attempt&, std::function<void(Done)> answer) override { answer({}); }
  void settled(const Attempt&) override {}
};

} // namespace limn
