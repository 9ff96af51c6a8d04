/* The key goes into another header each time. */
#include "drawing.h"

static limn_status faulty_terms(void* instance, const limn_gateway* gateway,
                                const limn_terms_sink* sink, const limn_error_sink* errors)
{
  static int calls;
  limn_terms terms;
  (void)instance;
  (void)gateway;
  (void)errors;
  memset(&terms, 0, sizeof terms);
  terms.struct_size = sizeof terms;
  terms.key_header.data = ++calls % 2 == 0 ? "api-key" : "x-a-key";
  terms.key_header.size = 7;
  sink->tell(sink->context, &terms);
  return LIMN_OK;
}

#define TERMS faulty_terms

#include "drawing_entry.h"
