/* Counts two components and has one. */
#include "sound.h"

static const limn_component* only_the_first(uint32_t index);

#define COMPONENT_COUNT 2
#define COMPONENT_AT only_the_first
#include "sound_entry.h"

static const limn_component* only_the_first(uint32_t index)
{
  return index == 0 ? &component : NULL;
}
