/* A member behind the end of the struct is read. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  static volatile char sink;
  sink = *((const volatile char*)event + event->struct_size);
  (void)sink;
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
