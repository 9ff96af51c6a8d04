/* Something borrowed is looked at after the call. */
#include "drawing.h"

static const volatile char* name;

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  name = (const volatile char*)gateway->name.data;
  return drawing_open(instance, job, gateway, opened, errors);
}

#define OPEN faulty_open

static limn_status faulty_next(void* dialogue, const limn_step_sink* step,
                               const limn_error_sink* errors)
{
  static volatile char sink;
  sink = *name;
  (void)sink;
  return drawing_next(dialogue, step, errors);
}

#define NEXT faulty_next

#include "drawing_entry.h"
