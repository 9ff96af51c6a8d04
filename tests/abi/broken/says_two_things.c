/* `next` says wait and finish. */
#include "sound.h"

static limn_status says_two_things(void* dialogue, const limn_step_sink* step,
                                   const limn_error_sink* errors)
{
  step->wait(step->context, 10);
  return sound_next(dialogue, step, errors);
}

#define NEXT says_two_things
#include "sound_entry.h"
