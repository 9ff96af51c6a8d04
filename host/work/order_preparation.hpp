#pragma once

#include "job/options.hpp"
#include "job/session.hpp"
#include "memory/jobs_database.hpp"
#include "output/folder_sink.hpp"
#include "output/image_sink.hpp"

#include <memory>
#include <vector>

namespace limn {

// A job as its engine wants it.
struct PreparedOrder {
  GenerateOptions options;
  std::vector<Gateway> gateways;
  std::unique_ptr<ImageSink> sink;
};

// What was looked at when it was asked for may have changed since: files and folders are looked for
// anew, within the places of the order, and so are gateways. `naming` is told what FolderSink
// tells. A failure is the job's.
Result<PreparedOrder> prepare_order(Session& session, const KeptJob& job, Naming naming);

} // namespace limn
