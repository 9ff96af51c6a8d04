/* A provider without a fault. A plugin with one includes this, defines what it does otherwise, and
 * ends with sound_entry.h. Each may use what it needs. */
#ifndef SOUND_H
#define SOUND_H

#include <limn/abi.h>

static int sound_state;

static inline limn_status sound_create(const limn_host* host, const limn_settings* settings,
                                       void** instance, const limn_error_sink* errors)
{
  (void)host;
  (void)settings;
  (void)errors;
  *instance = &sound_state;
  return LIMN_OK;
}

static inline void sound_destroy(void* instance)
{
  (void)instance;
}

static inline void sound_describe(void* instance, limn_capabilities* capabilities)
{
  (void)instance;
  capabilities->flags = LIMN_CAN_GENERATE;
  capabilities->max_count = 1;
}

static inline limn_status sound_open(void* instance, const limn_job* job,
                                     const limn_gateway* gateway, void** dialogue,
                                     const limn_error_sink* errors)
{
  (void)job;
  (void)gateway;
  (void)errors;
  *dialogue = instance;
  return LIMN_OK;
}

static inline limn_status sound_next(void* dialogue, const limn_step_sink* step,
                                     const limn_error_sink* errors)
{
  (void)dialogue;
  (void)errors;
  step->finish(step->context);
  return LIMN_OK;
}

static inline limn_status sound_receive(void* dialogue, const limn_event* event,
                                        const limn_result_sink* results,
                                        const limn_error_sink* errors)
{
  (void)dialogue;
  (void)event;
  (void)results;
  (void)errors;
  return LIMN_OK;
}

static inline void sound_close(void* dialogue)
{
  (void)dialogue;
}

static inline void sound_report(const limn_error_sink* errors, limn_status status)
{
  const limn_error error = {
    sizeof(limn_error), status, LIMN_STR("no paper left"), LIMN_STR(""), LIMN_STR(""),
    LIMN_STR(""),       -1};
  errors->report(errors->context, &error);
}

#endif
