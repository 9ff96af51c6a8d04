/* The vendor is empty. */
#include "drawing.h"

#define VENDOR ""
#include "drawing_entry.h"
