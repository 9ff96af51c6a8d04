/* A service that may be missing is used without a look. */
#include "drawing.h"

static limn_status faulty_create(const limn_host* host, const limn_settings* settings,
                                 void** instance, const limn_error_sink* errors)
{
  static const limn_str id = LIMN_STR(LIMN_SERVICE_CLOCK);
  const limn_clock_v1* clock = (const limn_clock_v1*)host->get_service(host, id);
  clock->steady_ms(clock->context);
  return drawing_create(host, settings, instance, errors);
}

#define CREATE faulty_create

#include "drawing_entry.h"
