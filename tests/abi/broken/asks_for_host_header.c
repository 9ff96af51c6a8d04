/* The key is to go into a header that says where a request goes. */
#include "sound.h"

static limn_status faulty_terms(void* instance, const limn_gateway* gateway,
                                const limn_terms_sink* sink, const limn_error_sink* errors)
{
  limn_terms terms = {
    sizeof(limn_terms), 0, LIMN_STR("Host"), LIMN_STR(""), LIMN_STR(""), LIMN_STR(""),
    LIMN_STR(""),       0};
  (void)instance;
  (void)gateway;
  (void)errors;
  sink->tell(sink->context, &terms);
  return LIMN_OK;
}

#define TERMS faulty_terms
#include "sound_entry.h"
