/* A dialogue that has sent nothing yet cannot be closed. */
#include "drawing.h"

static void faulty_close(void* dialogue)
{
  if (!((drawing*)dialogue)->is_sent) {
    abort();
  }
  drawing_close(dialogue);
}

#define CLOSE faulty_close
#include "drawing_entry.h"
