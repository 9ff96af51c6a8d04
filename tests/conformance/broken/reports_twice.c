/* Two errors for one call. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (says(event->content, "rate_limit_exceeded")) {
    drawing_fail(errors, LIMN_RATE_LIMITED, "too fast");
    return drawing_fail(errors, LIMN_RATE_LIMITED, "too fast");
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
