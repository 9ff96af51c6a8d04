/* The summary is empty. */
#include "drawing.h"

#define SUMMARY ""
#include "drawing_entry.h"
