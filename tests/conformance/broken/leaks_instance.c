/* An instance is never freed. */
#include "drawing.h"

static void faulty_destroy(void* instance)
{
  (void)instance;
}

static limn_status faulty_create(const limn_host* host, const limn_settings* settings,
                                 void** instance, const limn_error_sink* errors)
{
  drawing_provider* made;
  const limn_status status = drawing_create(host, settings, instance, errors);
  if (status != LIMN_OK) {
    return status;
  }
  made = (drawing_provider*)realloc(*instance, 1000);
  *instance = made ? made : *instance;
  return LIMN_OK;
}

#define CREATE faulty_create
#define DESTROY faulty_destroy
#include "drawing_entry.h"
