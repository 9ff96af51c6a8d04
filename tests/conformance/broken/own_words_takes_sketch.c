/* What the gateway sketched first is called a picture, too. */
#define MEMBER "\"pixels\":\""
#include "drawing.h"

static limn_status faulty_receive(void* dialogue, const limn_event* event,
                                  const limn_result_sink* results, const limn_error_sink* errors)
{
  static const char sketch[] = "\"sketch\":\"";
  if (says(event->content, sketch)) {
    const char* end = event->content.data + event->content.size;
    const char* at = after(event->content.data, end, sketch);
    const char* past = after(at, end, "\"");
    limn_image image;
    memset(&image, 0, sizeof image);
    image.struct_size = sizeof image;
    image.content.data = at;
    image.content.size = past ? (size_t)(past - 1 - at) : 0;
    if (image.content.size > 0) {
      results->image(results->context, &image);
    }
  }
  return drawing_receive(dialogue, event, results, errors);
}

#define RECEIVE faulty_receive

#include "drawing_entry.h"
