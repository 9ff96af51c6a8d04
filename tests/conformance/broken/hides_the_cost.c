/* The request that draws is not marked as billable. */
#include "drawing.h"

static limn_status faulty_next(void* dialogue, const limn_step_sink* step,
                               const limn_error_sink* errors)
{
  drawing* d = (drawing*)dialogue;
  (void)errors;
  if (d->is_sent) {
    step->finish(step->context);
    return LIMN_OK;
  }
  d->is_sent = 1;
  drawing_send(d, step, 0, -1);
  return LIMN_OK;
}

#define NEXT faulty_next
#include "drawing_entry.h"
