/* A plugin as one could be written on the day of contract 1.1, in C11: all that came after 1.0, and
 * of 1.0 what that needs. It stands for the plugins that people have, so it is never changed.
 * PLUGIN_ID tells the builds of different compilers apart. */
#include <limn/abi.h>

#include <stdlib.h>
#include <string.h>

static limn_str text_of(const char* text)
{
  limn_str borrowed;
  borrowed.data = text;
  borrowed.size = strlen(text);
  return borrowed;
}

static int is_text(limn_str text, const char* other)
{
  return text.size == strlen(other) && (text.size == 0 || memcmp(text.data, other, text.size) == 0);
}

static limn_status failure(const limn_error_sink* errors, limn_status status, const char* message)
{
  limn_error error = {0};
  error.struct_size = sizeof error;
  error.status = status;
  error.message = text_of(message);
  error.retry_after_ms = -1;
  errors->report(errors->context, &error);
  return status;
}

/* ---- An instance, of either kind: the host. */

static limn_status create(const limn_host* host, const limn_settings* settings, void** made,
                          const limn_error_sink* errors)
{
  (void)settings;
  if (host->abi_minor < 1) {
    return failure(errors, LIMN_INTERNAL, "the host is older than contract 1.1");
  }
  *made = (void*)host;
  return LIMN_OK;
}

static void destroy(void* made)
{
  (void)made;
}

/* ---- The config source: FROZEN_URL with the key in FROZEN_KEY; of its part "file" with the key in
 * each file ~/frozen/NAME.key. It sees neither. */

typedef struct copy {
  char data[512];
  size_t size;
} copy;

static void put(void* context, limn_str value)
{
  copy* target = context;
  target->size = value.size < sizeof target->data ? value.size : sizeof target->data;
  if (target->size > 0) {
    memcpy(target->data, value.data, target->size);
  }
}

typedef struct finder {
  const limn_gateway_sink* gateways;
  limn_found_gateway found;
} finder;

static void add_file(void* context, limn_str name)
{
  static const char folder[] = "~/frozen/";
  finder* self = context;
  char path[256];
  if (name.size + sizeof folder > sizeof path) {
    return;
  }
  memcpy(path, folder, sizeof folder - 1);
  memcpy(path + sizeof folder - 1, name.data, name.size);
  self->found.api_key_file.data = path;
  self->found.api_key_file.size = sizeof folder - 1 + name.size;
  self->gateways->add(self->gateways->context, &self->found);
}

static limn_status collect(void* made, const limn_query* query, const limn_gateway_sink* gateways,
                           const limn_error_sink* errors)
{
  const limn_host* host = made;
  const limn_env_v1* env = host->get_service(host, text_of(LIMN_SERVICE_ENV));
  const limn_files_v1* files = host->get_service(host, text_of(LIMN_SERVICE_FILES));
  copy url = {{0}, 0};
  limn_str_sink into_url = {NULL, put};
  limn_str_sink into_gateways = {NULL, add_file};
  finder self = {0};

  into_url.context = &url;
  into_gateways.context = &self;
  if (!env || !files || !env->get(env->context, text_of("FROZEN_URL"), into_url)) {
    return LIMN_OK;
  }
  self.gateways = gateways;
  self.found.struct_size = sizeof self.found;
  self.found.name = text_of(PLUGIN_ID);
  self.found.base_url.data = url.data;
  self.found.base_url.size = url.size;
  self.found.origin = text_of("env:FROZEN_URL");
  if (LIMN_HAS(query, limn_query, part) && is_text(query->part, "file")) {
    if (!LIMN_HAS(files, limn_files_v1, list)) {
      return failure(errors, LIMN_INTERNAL, "the host is older than contract 1.1");
    }
    return files->list(files->context, text_of("~/frozen"), text_of(".key"), into_gateways, errors);
  }
  self.found.api_key_env = text_of("FROZEN_KEY");
  gateways->add(gateways->context, &self.found);
  return LIMN_OK;
}

/* ---- The provider: hands a task in, and asks for what the answer names as its target */

typedef struct dialogue {
  char target[512];
  int steps;
  int images;
} dialogue;

static void describe(void* made, limn_capabilities* capabilities)
{
  (void)made;
  capabilities->flags = LIMN_CAN_GENERATE | LIMN_TAKES_BARE_BASE_URL;
  capabilities->max_count = 1;
}

static limn_status terms(void* made, const limn_gateway* gateway, const limn_terms_sink* sink,
                         const limn_error_sink* errors)
{
  limn_terms told = {0};
  (void)made;
  (void)errors;
  told.struct_size = sizeof told;
  told.key_header = text_of("x-frozen-key");
  told.key_scheme = text_of("Key");
  told.models_path = text_of("/catalogue?all=yes");
  told.models_list = text_of("page/items");
  told.models_id = text_of("title");
  told.longest_attempt_ms = 1800000;
  if (gateway->setting_count > 0 && is_text(gateway->settings[0].key, "list")) {
    told.flags =
      is_text(gateway->settings[0].value, "none") ? LIMN_TERMS_NO_LIST : LIMN_TERMS_KEY_CHECK;
  }
  sink->tell(sink->context, &told);
  return LIMN_OK;
}

static limn_status open_dialogue(void* made, const limn_job* job, const limn_gateway* gateway,
                                 void** opened, const limn_error_sink* errors)
{
  (void)made;
  (void)job;
  (void)gateway;
  *opened = calloc(1, sizeof(dialogue));
  return *opened ? LIMN_OK : failure(errors, LIMN_INTERNAL, "out of memory");
}

static void close_dialogue(void* opened)
{
  free(opened);
}

static limn_status next(void* opened, const limn_step_sink* step, const limn_error_sink* errors)
{
  dialogue* self = opened;
  limn_request request = {0};
  (void)errors;
  request.struct_size = sizeof request;
  switch (self->steps++) {
  case 0:
    request.flags = LIMN_REQUEST_BILLABLE;
    request.method = text_of("POST");
    request.path = text_of("/tasks");
    step->send(step->context, &request);
    return LIMN_OK;
  case 1:
    request.method = text_of("GET");
    request.path = text_of("/of-a-host-of-1.0");
    request.target = text_of(self->target);
    step->send(step->context, &request);
    return LIMN_OK;
  default:
    step->finish(step->context);
    return LIMN_OK;
  }
}

/* The string behind `"name":"`, or an empty one. */
static limn_str string_behind(limn_str text, const char* name)
{
  const size_t size = strlen(name);
  limn_str found = {NULL, 0};
  size_t at;
  for (at = 0; at + size < text.size; ++at) {
    if (memcmp(text.data + at, name, size) == 0) {
      const char* end = memchr(text.data + at + size, '"', text.size - at - size);
      if (end) {
        found.data = text.data + at + size;
        found.size = (size_t)(end - found.data);
      }
      return found;
    }
  }
  return found;
}

static limn_status receive(void* opened, const limn_event* event, const limn_result_sink* results,
                           const limn_error_sink* errors)
{
  dialogue* self = opened;
  limn_image image = {0};
  limn_str target;
  if (event->kind == LIMN_EVENT_END && self->images == 0 && self->steps > 1) {
    return failure(errors, LIMN_NO_IMAGE, "the answer holds no image");
  }
  if (event->kind != LIMN_EVENT_MESSAGE) {
    return LIMN_OK;
  }
  if (event->http_status >= 400) {
    return failure(errors, LIMN_SERVER, "the gateway answered with an error");
  }
  target = string_behind(event->content, "\"target\":\"");
  if (target.size > 0 && target.size < sizeof self->target) {
    memcpy(self->target, target.data, target.size);
  }
  image.struct_size = sizeof image;
  image.preview_number = 1;
  image.content = string_behind(event->content, "\"preview\":\"");
  if (image.content.size > 0) {
    results->partial(results->context, &image);
  }
  image.preview_number = 0;
  image.content = string_behind(event->content, "\"image\":\"");
  if (image.content.size > 0) {
    image.revised_prompt = text_of("frozen at 1.1");
    results->image(results->context, &image);
    ++self->images;
  }
  return LIMN_OK;
}

/* ---- What the library carries */

static const limn_config_source_v1 source_functions = {sizeof(limn_config_source_v1), 0, collect};

static const limn_provider_v1 provider_functions = {
  sizeof(limn_provider_v1), 0, describe, open_dialogue, next, receive, close_dialogue, NULL, terms};

static const limn_component components[] = {
  {sizeof(limn_component), 0, LIMN_STR(LIMN_KIND_PROVIDER), LIMN_STR(PLUGIN_ID),
   LIMN_STR("Frozen in C11"), LIMN_STR("Tasks, as of contract 1.1"), create, destroy,
   &provider_functions},
  {sizeof(limn_component), 0, LIMN_STR(LIMN_KIND_CONFIG_SOURCE), LIMN_STR(PLUGIN_ID "_source"),
   LIMN_STR("Frozen in C11"), LIMN_STR("FROZEN_URL, and a key that it does not see"), create,
   destroy, &source_functions},
};

static uint32_t component_count(void)
{
  return sizeof components / sizeof components[0];
}

static const limn_component* component_at(uint32_t index)
{
  return index < component_count() ? &components[index] : NULL;
}

const limn_entry limn_entry_v1 = {sizeof(limn_entry),
                                  LIMN_ABI_MINOR,
                                  1,
                                  0,
                                  LIMN_STR(PLUGIN_ID),
                                  LIMN_STR("1.1.0"),
                                  LIMN_STR("limn's tests"),
                                  LIMN_STR("C11 " __VERSION__),
                                  component_count,
                                  component_at};
