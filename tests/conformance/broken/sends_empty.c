/* A parameter that was not asked for is sent empty. */
#include "drawing.h"

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  const limn_status status = drawing_open(instance, job, gateway, opened, errors);
  if (status == LIMN_OK) {
    drawing* d = (drawing*)*opened;
    d->body.size -= 1; /* the brace */
    if (job->quality.size == 0 && job->dropped_count == 0) {
      append_literal(&d->body, ",\"quality\":\"\"");
    }
    append_literal(&d->body, "}");
    if (d->body.failed) {
      drawing_close(d);
      return drawing_fail(errors, LIMN_INTERNAL, "out of memory");
    }
  }
  return status;
}

#define OPEN faulty_open
#include "drawing_entry.h"
