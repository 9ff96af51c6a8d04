/* No fault: cannot be made without the setting "paper". */
#include "sound.h"

#include <string.h>

static limn_status wants_paper(const limn_host* host, const limn_settings* settings,
                               void** instance, const limn_error_sink* errors)
{
  for (size_t i = 0; i < settings->item_count; ++i) {
    const limn_str key = settings->items[i].key;
    if (key.size == 5 && memcmp(key.data, "paper", 5) == 0) {
      return sound_create(host, settings, instance, errors);
    }
  }
  sound_report(errors, LIMN_SETTINGS);
  return LIMN_SETTINGS;
}

#define CREATE wants_paper
#include "sound_entry.h"
