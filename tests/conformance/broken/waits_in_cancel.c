/* A dialogue that is given up wants to wait. */
#include "drawing.h"

static limn_status faulty_cancel(void* dialogue, const limn_step_sink* step,
                                 const limn_error_sink* errors)
{
  (void)dialogue;
  (void)errors;
  step->wait(step->context, 1000);
  return LIMN_OK;
}

#define CANCEL faulty_cancel
#include "drawing_entry.h"
