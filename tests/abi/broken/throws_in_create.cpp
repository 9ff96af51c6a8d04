// `create` lets an exception out.
#include "sound.h"

#include <stdexcept>

static limn_status throws(const limn_host*, const limn_settings*, void**, const limn_error_sink*)
{
  throw std::runtime_error("the brush is broken");
}

#define CREATE throws
#include "sound_entry.h"
