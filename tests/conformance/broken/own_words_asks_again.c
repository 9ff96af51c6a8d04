/* Words where the picture should be are called a failure of the server. */
#define MEMBER "\"pixels\":\""
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (says(event->content, "\"pixels\":\"(")) {
    return drawing_fail(errors, LIMN_SERVER, "the gateway gives no pixels");
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
