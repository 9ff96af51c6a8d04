// `component_at` lets an exception out.
#include "sound.h"

#include <stdexcept>

static const limn_component* throws(uint32_t)
{
  throw std::runtime_error("the brush is broken");
}

#define COMPONENT_AT throws
#include "sound_entry.h"
