#pragma once

#include "base/result.hpp"
#include "queue/postgres/connection.hpp"

namespace limn {

// What this limn knows how to work with: the number of its last migration.
int queue_version();

// Makes what is missing, one numbered migration after the other, also where several do so at once.
// FailureClass::settings where the queue is newer than this limn. Returns how many were made.
Result<int> migrate_queue(PgBlockingConnection& connection);

// FailureClass::settings, with what to do, where the queue is of another version, or there is none.
Done check_queue(PgBlockingConnection& connection);

} // namespace limn
