#pragma once

#include "base/result.hpp"
#include "job/options.hpp"
#include "job/out.hpp"

#include <functional>
#include <memory>
#include <string>

namespace limn {

class Session;

// Works on a job of jobs.db to its end, if nobody else does: its images are saved, and what became
// of it stands in its row, whatever becomes of whoever asked. Standard output is a pipe to who
// started it, as start_worker() has it. `open` opens the session. A failure: it could not be
// claimed.
Done work_on(const std::string& job, const Redactor& redactor,
             const std::function<Result<std::unique_ptr<Session>>()>& open);

} // namespace limn
