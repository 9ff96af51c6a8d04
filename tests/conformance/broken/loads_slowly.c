/* Loading takes more than a tenth of a second. */
#include "drawing.h"

#include <unistd.h>

__attribute__((constructor)) static void faulty_load(void)
{
  usleep(150 * 1000);
}

#include "drawing_entry.h"
