/* `next` reports one class of error and returns another. */
#include "sound.h"

static limn_status reports_another(void* dialogue, const limn_step_sink* step,
                                   const limn_error_sink* errors)
{
  (void)dialogue;
  (void)step;
  sound_report(errors, LIMN_AUTH);
  return LIMN_BILLING;
}

#define NEXT reports_another
#include "sound_entry.h"
