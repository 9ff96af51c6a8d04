/* `next` fails with a status that does not exist. */
#include "sound.h"

static limn_status fails_oddly(void* dialogue, const limn_step_sink* step,
                               const limn_error_sink* errors)
{
  (void)dialogue;
  (void)step;
  sound_report(errors, 77);
  return 77;
}

#define NEXT fails_oddly
#include "sound_entry.h"
