#pragma once

#include "loop/disk_thread.hpp"

namespace limn::test {

// Does what it is given at once, in the loop's thread; what there is to tell is posted all the
// same.
class DiskAtOnce : public DiskThread
{
public:
  using DiskThread::DiskThread;

protected:
  void give(std::function<void()> work) override { work(); }
};

} // namespace limn::test
