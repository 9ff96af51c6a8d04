/* `next` reports an error and returns LIMN_OK. */
#include "sound.h"

static limn_status reports_and_goes_on(void* dialogue, const limn_step_sink* step,
                                       const limn_error_sink* errors)
{
  sound_report(errors, LIMN_AUTH);
  return sound_next(dialogue, step, errors);
}

#define NEXT reports_and_goes_on
#include "sound_entry.h"
