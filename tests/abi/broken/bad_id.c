/* An id that is not of the form [a-z][a-z0-9_]*. */
#include "sound.h"

#define ID "Bad-Id"
#include "sound_entry.h"
