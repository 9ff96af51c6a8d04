/* No fault: what the others are without theirs. */
#include "drawing.h"
#include "drawing_entry.h"
