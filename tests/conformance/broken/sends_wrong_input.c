/* A part refers to an input that is not there. */
#include "drawing.h"

static size_t inputs;

static void faulty_describe(void* instance, limn_capabilities* capabilities)
{
  (void)instance;
  capabilities->flags = LIMN_CAN_GENERATE | LIMN_CAN_EDIT;
  capabilities->max_count = 1;
}

#define DESCRIBE faulty_describe
static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  inputs = job->input_count;
  return drawing_open(instance, job, gateway, opened, errors);
}

#define OPEN faulty_open
static limn_status faulty_next(void* dialogue, const limn_step_sink* step,
                               const limn_error_sink* errors)
{
  drawing* d = (drawing*)dialogue;
  (void)errors;
  if (d->is_sent || inputs == 0) {
    return drawing_next(dialogue, step, errors);
  }
  d->is_sent = 1;
  drawing_send(d, step, LIMN_REQUEST_BILLABLE, 7);
  return LIMN_OK;
}

#define NEXT faulty_next
#include "drawing_entry.h"
