/* Loading leaves a file open. */
#include "drawing.h"

#include <fcntl.h>

__attribute__((constructor)) static void faulty_load(void)
{
  if (open("/dev/null", O_RDONLY) < 0) {
    abort();
  }
}

#include "drawing_entry.h"
