/* No fault: what the others are without theirs. */
#include "sound.h"

#include "sound_entry.h"
