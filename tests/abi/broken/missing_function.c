/* A provider without `receive`. */
#include "sound.h"

#define RECEIVE NULL
#include "sound_entry.h"
