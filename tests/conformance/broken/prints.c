/* A call prints something. */
#include "drawing.h"

#include <stdio.h>

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  puts("drawing");
  return drawing_open(instance, job, gateway, opened, errors);
}

#define OPEN faulty_open

#include "drawing_entry.h"
