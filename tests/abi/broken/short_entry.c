/* An entry that ends before its last member. */
#include "sound.h"

#define ENTRY_SIZE offsetof(limn_entry, component_at)
#include "sound_entry.h"
