#pragma once

#include "base/result.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>

// What limn calls of libpq.
#define LIMN_LIBPQ_FUNCTIONS(X)                                                                    \
  X(PQclear)                                                                                       \
  X(PQcmdTuples)                                                                                   \
  X(PQconnectPoll)                                                                                 \
  X(PQconnectStartParams)                                                                          \
  X(PQconnectdbParams)                                                                             \
  X(PQconninfoFree)                                                                                \
  X(PQconninfoParse)                                                                               \
  X(PQconsumeInput)                                                                                \
  X(PQerrorMessage)                                                                                \
  X(PQexec)                                                                                        \
  X(PQexecParams)                                                                                  \
  X(PQfinish)                                                                                      \
  X(PQflush)                                                                                       \
  X(PQfreemem)                                                                                     \
  X(PQgetResult)                                                                                   \
  X(PQgetisnull)                                                                                   \
  X(PQgetlength)                                                                                   \
  X(PQgetvalue)                                                                                    \
  X(PQisBusy)                                                                                      \
  X(PQnfields)                                                                                     \
  X(PQntuples)                                                                                     \
  X(PQputCopyData)                                                                                 \
  X(PQputCopyEnd)                                                                                  \
  X(PQresultErrorField)                                                                            \
  X(PQresultErrorMessage)                                                                          \
  X(PQresultStatus)                                                                                \
  X(PQsendQueryParams)                                                                             \
  X(PQsetNoticeReceiver)                                                                           \
  X(PQsetnonblocking)                                                                              \
  X(PQsocket)                                                                                      \
  X(PQstatus)                                                                                      \
  X(PQtransactionStatus)

namespace limn {

// libpq, which is looked for where a queue is named and nowhere else: limn runs without it. It is
// never unloaded.
struct Libpq {
#define LIMN_LIBPQ_MEMBER(name) decltype(&::name) name = nullptr;
  LIMN_LIBPQ_FUNCTIONS(LIMN_LIBPQ_MEMBER)
#undef LIMN_LIBPQ_MEMBER

  // FailureClass::settings where it is not installed.
  static Result<std::shared_ptr<const Libpq>> load();
};

using PgConnection = std::unique_ptr<PGconn, decltype(&::PQfinish)>;
using PgResult = std::unique_ptr<PGresult, decltype(&::PQclear)>;

} // namespace limn
