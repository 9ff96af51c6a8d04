// `next` lets out something that is not even an exception.
#include "sound.h"

static limn_status throws(void*, const limn_step_sink*, const limn_error_sink*)
{
  throw 42;
}

#define NEXT throws
#include "sound_entry.h"
