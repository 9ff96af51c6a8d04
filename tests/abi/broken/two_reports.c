/* `next` reports two errors. */
#include "sound.h"

static limn_status reports_twice(void* dialogue, const limn_step_sink* step,
                                 const limn_error_sink* errors)
{
  (void)dialogue;
  (void)step;
  sound_report(errors, LIMN_AUTH);
  sound_report(errors, LIMN_AUTH);
  return LIMN_AUTH;
}

#define NEXT reports_twice
#include "sound_entry.h"
