/* It counts the minutes itself, and throws away an image that took its time. */
#include "drawing.h"

typedef struct counting_provider {
  drawing_provider sound; /* first: the sound functions see only this */
  const limn_clock_v1* clock;
  int64_t head_came_at;
} counting_provider;

static limn_status faulty_create(const limn_host* host, const limn_settings* settings,
                                 void** instance, const limn_error_sink* errors)
{
  static const limn_str classify = LIMN_STR(LIMN_SERVICE_CLASSIFY);
  static const limn_str clock = LIMN_STR(LIMN_SERVICE_CLOCK);
  counting_provider* made = (counting_provider*)calloc(1, sizeof *made);
  (void)settings;
  if (!made) {
    return drawing_fail(errors, LIMN_INTERNAL, "out of memory");
  }
  made->sound.classifier = (const limn_classify_v1*)host->get_service(host, classify);
  made->clock = (const limn_clock_v1*)host->get_service(host, clock);
  *instance = made;
  return LIMN_OK;
}

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  counting_provider* owner = (counting_provider*)((drawing*)dialogue)->owner;
  const int64_t now = owner->clock ? owner->clock->steady_ms(owner->clock->context) : 0;
  if (event->kind == LIMN_EVENT_HEAD) {
    owner->head_came_at = now;
  } else if (event->kind == LIMN_EVENT_MESSAGE && now - owner->head_came_at > 60000) {
    return drawing_fail(errors, LIMN_OUTCOME_UNKNOWN, "it took more than a minute");
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define CREATE faulty_create
#define RECEIVE faulty_receive
#include "drawing_entry.h"
