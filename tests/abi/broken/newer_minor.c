/* No fault: made with a later minor of the contract, whose structs have grown, and content with
 * this host. */
#include "sound.h"

static const struct grown_functions {
  limn_provider_v1 known;
  void (*later)(void);
} functions = {{sizeof(struct grown_functions), 0, sound_describe, sound_open, sound_next,
                sound_receive, sound_close, NULL},
               NULL};

static const struct grown_component {
  limn_component known;
  limn_str later;
} component = {{sizeof(struct grown_component), 0xf0u, LIMN_STR(LIMN_KIND_PROVIDER),
                LIMN_STR(PLUGIN_NAME), LIMN_STR("For tests"), LIMN_STR("For tests."), sound_create,
                sound_destroy, &functions},
               LIMN_STR("later")};

static uint32_t component_count(void)
{
  return 1;
}

static const limn_component* component_at(uint32_t index)
{
  return index == 0 ? &component.known : NULL;
}

const limn_entry limn_entry_v1 = {sizeof(limn_entry) + 16,
                                  LIMN_ABI_MINOR + 9,
                                  0,
                                  0,
                                  LIMN_STR(PLUGIN_NAME),
                                  LIMN_STR("1.2.3"),
                                  LIMN_STR("limn's tests"),
                                  LIMN_STR(""),
                                  component_count,
                                  component_at};
