/* A component that ends before its last member. */
#include "sound.h"

#define COMPONENT_SIZE offsetof(limn_component, functions)
#include "sound_entry.h"
