/* A flag that has no meaning yet is set. */
#include "drawing.h"

#define FLAGS 8
#include "drawing_entry.h"
