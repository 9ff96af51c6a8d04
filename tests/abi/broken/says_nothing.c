/* `next` says none of send, wait and finish. */
#include "sound.h"

static limn_status says_nothing(void* dialogue, const limn_step_sink* step,
                                const limn_error_sink* errors)
{
  (void)dialogue;
  (void)step;
  (void)errors;
  return LIMN_OK;
}

#define NEXT says_nothing
#include "sound_entry.h"
