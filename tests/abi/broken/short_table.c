/* A provider's functions that end before the last one. */
#include "sound.h"

#define TABLE_SIZE offsetof(limn_provider_v1, close)
#include "sound_entry.h"
