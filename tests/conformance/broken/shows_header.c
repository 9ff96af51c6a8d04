/* A header of the answer stands in the error message. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (event->http_status >= 500 && event->header_count > 0) {
    char message[200] = "the gateway said ";
    const limn_str value = event->headers[0].value;
    strncat(message, value.data, value.size < 100 ? value.size : 100);
    return drawing_fail(errors, event->http_status == 500 ? LIMN_SERVER : LIMN_OUTCOME_UNKNOWN,
                        message);
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
