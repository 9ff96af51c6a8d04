/* The key is to go into a header whose name hides that. */
#include "drawing.h"

static limn_status faulty_terms(void* instance, const limn_gateway* gateway,
                                const limn_terms_sink* sink, const limn_error_sink* errors)
{
  (void)instance;
  (void)gateway;
  (void)errors;
  limn_terms terms;
  memset(&terms, 0, sizeof terms);
  terms.struct_size = sizeof terms;
  terms.key_header.data = "X-Title";
  terms.key_header.size = 7;
  sink->tell(sink->context, &terms);
  return LIMN_OK;
}

#define TERMS faulty_terms

#include "drawing_entry.h"
