/* No fault: a provider's functions that end before the one that may be absent. */
#include "sound.h"

#define TABLE_SIZE offsetof(limn_provider_v1, cancel)
#include "sound_entry.h"
