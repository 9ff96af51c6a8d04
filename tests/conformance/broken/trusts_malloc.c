/* Memory is used without a look whether there was any. */
#include "drawing.h"

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  char* note = (char*)malloc(64);
  note[0] = 'n';
  ((volatile char*)note)[1] = 0;
  free(note);
  return drawing_open(instance, job, gateway, opened, errors);
}

#define OPEN faulty_open

#include "drawing_entry.h"
