/* An image without content. */
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (says(event->content, "rate_limit_exceeded")) {
    static const limn_image image = {sizeof(limn_image), 0, {NULL, 0}, {NULL, 0}, 0};
    results->image(results->context, &image);
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
