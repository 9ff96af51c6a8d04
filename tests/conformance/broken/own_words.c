/* No fault, and a gateway that nobody else has. */
#define MEMBER "\"pixels\":\""
#include "drawing.h"
#include "drawing_entry.h"
