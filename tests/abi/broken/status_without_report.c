/* `next` fails and does not say why. */
#include "sound.h"

static limn_status fails_silently(void* dialogue, const limn_step_sink* step,
                                  const limn_error_sink* errors)
{
  (void)dialogue;
  (void)step;
  (void)errors;
  return LIMN_AUTH;
}

#define NEXT fails_silently
#include "sound_entry.h"
