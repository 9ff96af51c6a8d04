/* A text is read as though a NUL stood behind it. */
#include "drawing.h"

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  static volatile char sink;
  sink = ((const volatile char*)job->prompt.data)[job->prompt.size];
  (void)sink;
  return drawing_open(instance, job, gateway, opened, errors);
}

#define OPEN faulty_open

#include "drawing_entry.h"
