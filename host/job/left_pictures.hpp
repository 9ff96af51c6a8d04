#pragma once

#include "job/session.hpp"
#include "store/left_uploads.hpp"

#include <memory>

namespace limn {

// Brings to their stores, while the session's loop does other things, what earlier processes left
// on this machine. Null where there is nothing. The session is borrowed, and its engine is asked
// for.
std::unique_ptr<LeftUploads> bring_left_pictures(Session& session);

} // namespace limn
