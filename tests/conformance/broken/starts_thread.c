/* Loading starts a thread. */
#include "drawing.h"

#include <pthread.h>
#include <unistd.h>

static void* idle(void* nothing)
{
  for (;;) {
    pause();
  }
  return nothing;
}

__attribute__((constructor)) static void faulty_load(void)
{
  pthread_t thread;
  pthread_create(&thread, NULL, idle, NULL);
}

#include "drawing_entry.h"
