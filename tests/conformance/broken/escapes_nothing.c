/* The prompt goes into the body as it is. */
#include "drawing.h"

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  const limn_status status = drawing_open(instance, job, gateway, opened, errors);
  if (status == LIMN_OK) {
    drawing* d = (drawing*)*opened;
    d->body.size = 0;
    append_literal(&d->body, "{\"prompt\":\"");
    append(&d->body, job->prompt.data, job->prompt.size);
    append_literal(&d->body, "\"}");
    if (d->body.failed) {
      drawing_close(d);
      return drawing_fail(errors, LIMN_INTERNAL, "out of memory");
    }
  }
  return status;
}

#define OPEN faulty_open
#include "drawing_entry.h"
