/* After the image it waits for ever. */
#include "drawing.h"

static limn_status faulty_next(void* dialogue, const limn_step_sink* step,
                               const limn_error_sink* errors)
{
  drawing* d = (drawing*)dialogue;
  (void)errors;
  if (d->is_sent) {
    step->wait(step->context, 1000);
    return LIMN_OK;
  }
  return drawing_next(dialogue, step, errors);
}

#define NEXT faulty_next
#include "drawing_entry.h"
