#pragma once

#include "base/result.hpp"
#include "loop/loop.hpp"

#include <memory>

namespace limn {

// The loop of the process, on epoll: what a wake-up costs does not depend on how much is watched.
// A system call that a signal breaks off is a turn without anything. Fails with
// FailureClass::internal where the kernel has no descriptor left.
Result<std::unique_ptr<Loop>> epoll_loop();

} // namespace limn
