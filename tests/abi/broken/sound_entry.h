/* The entry of a plugin with one provider, named PLUGIN_NAME. */
#ifndef ENTRY_SIZE
#define ENTRY_SIZE sizeof(limn_entry)
#endif
#ifndef MIN_HOST_MINOR
#define MIN_HOST_MINOR 0
#endif
#ifndef COMPONENT_SIZE
#define COMPONENT_SIZE sizeof(limn_component)
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(limn_provider_v1)
#endif
#ifndef KIND
#define KIND LIMN_KIND_PROVIDER
#endif
#ifndef ID
#define ID PLUGIN_NAME
#endif
#ifndef CREATE
#define CREATE sound_create
#endif
#ifndef DESCRIBE
#define DESCRIBE sound_describe
#endif
#ifndef OPEN
#define OPEN sound_open
#endif
#ifndef NEXT
#define NEXT sound_next
#endif
#ifndef RECEIVE
#define RECEIVE sound_receive
#endif
#ifndef TERMS
#define TERMS NULL
#endif
#ifndef COMPONENT_COUNT
#define COMPONENT_COUNT 1
#endif

static const limn_provider_v1 functions = {TABLE_SIZE, 0,           DESCRIBE, OPEN, NEXT,
                                           RECEIVE,    sound_close, NULL,     TERMS};

static const limn_component component = {
  COMPONENT_SIZE,         0,      LIMN_STR(KIND), LIMN_STR(ID), LIMN_STR("For tests"),
  LIMN_STR("For tests."), CREATE, sound_destroy,  &functions};

static uint32_t component_count(void)
{
  return COMPONENT_COUNT;
}

#ifndef COMPONENT_AT
#define COMPONENT_AT component_at
static const limn_component* component_at(uint32_t index)
{
  (void)index;
  return &component;
}
#endif

const limn_entry limn_entry_v1 = {ENTRY_SIZE,
                                  LIMN_ABI_MINOR,
                                  MIN_HOST_MINOR,
                                  0,
                                  LIMN_STR(PLUGIN_NAME),
                                  LIMN_STR("1.2.3"),
                                  LIMN_STR("limn's tests"),
                                  LIMN_STR(""),
                                  component_count,
                                  COMPONENT_AT};
