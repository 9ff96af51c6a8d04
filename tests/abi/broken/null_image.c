/* `receive` gives an image that has a size and no data. */
#include "sound.h"

static limn_status gives_null(void* dialogue, const limn_event* event,
                              const limn_result_sink* results, const limn_error_sink* errors)
{
  limn_image image = {sizeof(limn_image), 0, {NULL, 0}, {NULL, 0}, 0};
  (void)dialogue;
  (void)event;
  (void)errors;
  image.content.size = 100;
  results->image(results->context, &image);
  return LIMN_OK;
}

#define RECEIVE gives_null
#include "sound_entry.h"
