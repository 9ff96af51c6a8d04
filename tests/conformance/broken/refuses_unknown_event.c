/* A kind of event that it does not know is an error. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (event->kind > LIMN_EVENT_END) {
    return drawing_fail(errors, LIMN_SERVER, "what is this?");
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
