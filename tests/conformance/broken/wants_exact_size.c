/* A struct that is longer than known is refused. */
#include "drawing.h"

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  if (job->struct_size != sizeof *job) {
    return drawing_fail(errors, LIMN_INTERNAL, "limn_job has another size");
  }
  return drawing_open(instance, job, gateway, opened, errors);
}

#define OPEN faulty_open

#include "drawing_entry.h"
