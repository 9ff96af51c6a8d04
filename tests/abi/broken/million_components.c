/* Counts more components than there can be. */
#include "sound.h"

#define COMPONENT_COUNT 1000000
#include "sound_entry.h"
