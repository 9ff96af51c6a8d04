/* A dialogue is never freed. */
#include "drawing.h"

static void faulty_close(void* dialogue)
{
  (void)dialogue;
}

#define CLOSE faulty_close
#include "drawing_entry.h"
