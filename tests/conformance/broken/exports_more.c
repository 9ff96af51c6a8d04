/* A second symbol is exported. */
#include "drawing.h"

LIMN_EXPORT int limn_acme_version(void);
LIMN_EXPORT int limn_acme_version(void)
{
  return 1;
}

#include "drawing_entry.h"
