/* A component of a kind that this host does not know: no fault, but of no use. */
#include "sound.h"

#define KIND "limn.upscaler/1"
#include "sound_entry.h"
