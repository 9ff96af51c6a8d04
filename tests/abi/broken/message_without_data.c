/* `next` reports a message that has a size and no data. */
#include "sound.h"

static limn_status reports_null(void* dialogue, const limn_step_sink* step,
                                const limn_error_sink* errors)
{
  limn_error error = {sizeof(limn_error), LIMN_AUTH, {NULL, 0}, {NULL, 0},
                      {NULL, 0},          {NULL, 0}, -1};
  (void)dialogue;
  (void)step;
  error.message.size = 12;
  errors->report(errors->context, &error);
  return LIMN_AUTH;
}

#define NEXT reports_null
#include "sound_entry.h"
