/* An image that is no token is passed over. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (says(event->content, "b64_json") && !says(event->content, "@limn:")) {
    return LIMN_OK;
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive
#include "drawing_entry.h"
