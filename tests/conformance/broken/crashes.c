/* A call reads where nothing is. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (event->kind > LIMN_EVENT_END) {
    static volatile char sink;
    sink = *(const volatile char*)event->headers[1000000].key.data;
    (void)sink;
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
