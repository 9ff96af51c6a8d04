/* A lost answer is called a failure of the server. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (event->http_status >= 502) {
    return drawing_fail(errors, LIMN_SERVER, "bad gateway");
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
