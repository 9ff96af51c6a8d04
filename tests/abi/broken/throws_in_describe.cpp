// `describe` lets an exception out.
#include "sound.h"

#include <stdexcept>

static void throws(void*, limn_capabilities*)
{
  throw std::runtime_error("the brush is broken");
}

#define DESCRIBE throws
#include "sound_entry.h"
