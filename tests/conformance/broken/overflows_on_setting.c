/* A long setting is copied into a short buffer. */
#include "drawing.h"

static limn_status faulty_create(const limn_host* host, const limn_settings* settings,
                                 void** instance, const limn_error_sink* errors)
{
  for (size_t i = 0; i < settings->item_count; ++i) {
    if (settings->items[i].value.size > 4096) {
      abort(); /* what the C library does with a buffer that overflowed */
    }
  }
  return drawing_create(host, settings, instance, errors);
}

#define CREATE faulty_create

#include "drawing_entry.h"
