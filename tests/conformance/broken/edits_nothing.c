/* A mask is taken, but no image that it could lie on. */
#include "drawing.h"

static void faulty_describe(void* instance, limn_capabilities* capabilities)
{
  (void)instance;
  capabilities->flags = LIMN_CAN_GENERATE | LIMN_CAN_MASK;
  capabilities->max_count = 1;
}

#define DESCRIBE faulty_describe
#include "drawing_entry.h"
