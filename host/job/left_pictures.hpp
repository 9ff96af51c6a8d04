#pragma once

#include "job/session.hpp"
#include "store/left_uploads.hpp"

#include <functional>
#include <memory>

namespace limn {

// Brings to their stores, while the session's loop does other things, what earlier processes left
// on this machine; `over` is called once that has ended. Null where there is nothing, and then it
// is not. The session is borrowed, and its engine is asked for.
std::unique_ptr<LeftUploads> bring_left_pictures(Session& session, Tries tries,
                                                 std::function<void()> over = {});

} // namespace limn
