/* Two components of one kind with the same id. */
#include "sound.h"

#define COMPONENT_COUNT 2
#include "sound_entry.h"
