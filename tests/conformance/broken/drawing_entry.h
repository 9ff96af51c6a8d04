/* The entry of a plugin with one provider, named PLUGIN_NAME. */
#ifndef VENDOR
#define VENDOR "Acme"
#endif
#ifndef SUMMARY
#define SUMMARY "For tests."
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef CREATE
#define CREATE drawing_create
#endif
#ifndef DESTROY
#define DESTROY drawing_destroy
#endif
#ifndef DESCRIBE
#define DESCRIBE drawing_describe
#endif
#ifndef OPEN
#define OPEN drawing_open
#endif
#ifndef NEXT
#define NEXT drawing_next
#endif
#ifndef RECEIVE
#define RECEIVE drawing_receive
#endif
#ifndef CLOSE
#define CLOSE drawing_close
#endif
#ifndef CANCEL
#define CANCEL NULL
#endif

#ifndef TERMS
#define TERMS NULL
#endif

static const limn_provider_v1 functions = {
  sizeof(limn_provider_v1), 0, DESCRIBE, OPEN, NEXT, RECEIVE, CLOSE, CANCEL, TERMS};

static const limn_component component = {sizeof(limn_component),
                                         FLAGS,
                                         LIMN_STR(LIMN_KIND_PROVIDER),
                                         LIMN_STR(PLUGIN_NAME),
                                         LIMN_STR("For tests"),
                                         LIMN_STR(SUMMARY),
                                         CREATE,
                                         DESTROY,
                                         &functions};

static uint32_t component_count(void)
{
  return 1;
}

#ifndef COMPONENT_AT
#define COMPONENT_AT component_at
static const limn_component* component_at(uint32_t index)
{
  return index == 0 ? &component : NULL;
}
#endif

extern const limn_entry limn_entry_v1;
const limn_entry limn_entry_v1 = {sizeof(limn_entry),
                                  LIMN_ABI_MINOR,
                                  0,
                                  0,
                                  LIMN_STR(PLUGIN_NAME),
                                  LIMN_STR("1.2.3"),
                                  LIMN_STR(VENDOR),
                                  LIMN_STR(""),
                                  component_count,
                                  COMPONENT_AT};
