// An exception crosses the boundary.
#include "drawing.h"

#include <stdexcept>

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  if (says(event->content, "rate_limit_exceeded")) {
    throw std::runtime_error("too fast");
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
