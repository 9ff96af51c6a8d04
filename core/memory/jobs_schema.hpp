#pragma once

#include "base/result.hpp"
#include "memory/sqlite.hpp"

#include <filesystem>

namespace limn {

// Makes the tables of jobs.db, or those of an earlier limn what they are today, and sets how the
// database writes. `file` is named where it is of a newer limn.
Done prepare_jobs_schema(Sqlite& database, const std::filesystem::path& file);

} // namespace limn
