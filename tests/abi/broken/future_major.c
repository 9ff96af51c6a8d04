/* Only the entry of a contract that does not exist yet. */
#include <limn/abi.h>

extern LIMN_EXPORT const uint32_t limn_entry_v2;
const uint32_t limn_entry_v2 = 64;
