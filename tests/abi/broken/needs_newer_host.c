/* Needs a minor of the contract that this host does not have. */
#include "sound.h"

#define MIN_HOST_MINOR 7
#include "sound_entry.h"
