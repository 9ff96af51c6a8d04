/* Loading takes a signal over. */
#include "drawing.h"

#include <signal.h>

static void on_signal(int number)
{
  (void)number;
}

__attribute__((constructor)) static void faulty_load(void)
{
  signal(SIGINT, on_signal);
}

#include "drawing_entry.h"
