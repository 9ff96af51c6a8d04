/* A call never returns. */
#include "drawing.h"

#include <unistd.h>

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  while (event->kind > LIMN_EVENT_END) {
    pause();
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
