/* Loading prints something. */
#include "drawing.h"

#include <stdio.h>

__attribute__((constructor)) static void faulty_load(void)
{
  puts("Acme plugin, thank you for choosing us");
}

#include "drawing_entry.h"
