/* A plugin as one could be written on the day of contract 1.0, in C11: a config source and a
 * provider that use every service, sink and kind of step. It stands for the plugins that people
 * have, so it is never changed. PLUGIN_ID tells the builds of different compilers apart. */
#include <limn/abi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static limn_str text_of(const char* text)
{
  limn_str borrowed;
  borrowed.data = text;
  borrowed.size = strlen(text);
  return borrowed;
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

/* ---- An instance, of either kind */

typedef struct instance {
  const limn_log_v1* log;
  const limn_env_v1* env;
  const limn_files_v1* files;
  const limn_clock_v1* clock;
  const limn_classify_v1* classify;
} instance;

static limn_status create(const limn_host* host, const limn_settings* settings, void** made,
                          const limn_error_sink* errors)
{
  instance* self;
  if (!LIMN_HAS(host, limn_host, get_service) || !LIMN_HAS(settings, limn_settings, item_count)) {
    return failure(errors, LIMN_INTERNAL, "the host is older than contract 1.0");
  }
  self = calloc(1, sizeof *self);
  if (!self) {
    return failure(errors, LIMN_INTERNAL, "out of memory");
  }
  self->log = host->get_service(host, text_of(LIMN_SERVICE_LOG));
  self->env = host->get_service(host, text_of(LIMN_SERVICE_ENV));
  self->files = host->get_service(host, text_of(LIMN_SERVICE_FILES));
  self->clock = host->get_service(host, text_of(LIMN_SERVICE_CLOCK));
  self->classify = host->get_service(host, text_of(LIMN_SERVICE_CLASSIFY));
  if (host->get_service(host, text_of("limn.of-a-later-minor/1"))) {
    free(self);
    return failure(errors, LIMN_INTERNAL, "a service that 1.0 does not have");
  }
  if (self->log && self->clock) {
    char line[80];
    snprintf(line, sizeof line, "frozen plugin made at %lld, %lld",
             (long long)self->clock->unix_ms(self->clock->context),
             (long long)self->clock->steady_ms(self->clock->context));
    self->log->write(self->log->context, LIMN_LOG_DEBUG, text_of(line));
  }
  *made = self;
  return LIMN_OK;
}

static void destroy(void* made)
{
  free(made);
}

/* ---- The config source: the variable FROZEN_URL, and the file ~/frozen-key */

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

static void take_error(void* context, const limn_error* error)
{
  limn_status* status = context;
  *status = LIMN_HAS(error, limn_error, retry_after_ms) ? error->status : LIMN_INTERNAL;
}

static limn_status collect(void* made, const limn_query* query, const limn_gateway_sink* gateways,
                           const limn_error_sink* errors)
{
  const instance* self = made;
  const limn_kv header = {text_of("X-Frozen"), text_of("1.0")};
  const limn_kv setting = {text_of("frozen"), text_of("yes")};
  limn_status reported = LIMN_OK;
  limn_status status;
  copy url = {{0}, 0};
  copy key = {{0}, 0};
  limn_str_sink into_url = {NULL, put};
  limn_str_sink into_key = {NULL, put};
  limn_error_sink own_errors = {0};
  limn_found_gateway found = {0};

  if (!LIMN_HAS(query, limn_query, reserved) || !LIMN_HAS(gateways, limn_gateway_sink, add)) {
    return failure(errors, LIMN_INTERNAL, "the host is older than contract 1.0");
  }
  into_url.context = &url;
  into_key.context = &key;
  own_errors.struct_size = sizeof own_errors;
  own_errors.context = &reported;
  own_errors.report = take_error;
  if (!self->env || !self->files) {
    return LIMN_OK;
  }
  if (!self->env->get(self->env->context, text_of("FROZEN_URL"), into_url)) {
    return LIMN_OK;
  }
  status = self->files->read(self->files->context, text_of("~/frozen-key-that-nobody-has"), 512,
                             into_key, &own_errors);
  if (status != LIMN_NOT_FOUND || reported != LIMN_NOT_FOUND) {
    return failure(errors, LIMN_INTERNAL, "a file that is not there is not LIMN_NOT_FOUND");
  }
  status =
    self->files->read(self->files->context, text_of("~/frozen-key"), 512, into_key, &own_errors);
  found.struct_size = sizeof found;
  found.name = text_of(PLUGIN_ID);
  found.base_url.data = url.data;
  found.base_url.size = url.size;
  found.api_key.data = key.data;
  found.api_key.size = key.size;
  found.origin = text_of("env:FROZEN_URL");
  found.headers = &header;
  found.header_count = 1;
  found.settings = &setting;
  found.setting_count = 1;
  if (status != LIMN_OK) {
    found.problem = text_of("~/frozen-key is missing");
  }
  gateways->add(gateways->context, &found);
  return LIMN_OK;
}

/* ---- The provider: waits, draws, and looks for "b64_json" in the answer */

typedef struct dialogue {
  const instance* self;
  char* body;
  int steps;
  int images;
} dialogue;

static void describe(void* made, limn_capabilities* capabilities)
{
  (void)made;
  capabilities->flags = LIMN_CAN_GENERATE;
  capabilities->max_count = 1;
}

static limn_status open_dialogue(void* made, const limn_job* job, const limn_gateway* gateway,
                                 void** opened, const limn_error_sink* errors)
{
  static const char form[] = "{\"model\":\"%.*s\",\"prompt\":\"%.*s\",\"size\":\"%.*s\"}";
  dialogue* self;
  size_t room;
  if (!LIMN_HAS(job, limn_job, dropped_count) || !LIMN_HAS(gateway, limn_gateway, setting_count)) {
    return failure(errors, LIMN_INTERNAL, "the host is older than contract 1.0");
  }
  if (memchr(job->prompt.data, '"', job->prompt.size)
      || memchr(job->prompt.data, '\\', job->prompt.size)) {
    return failure(errors, LIMN_UNSUPPORTED, "no quotes and backslashes here");
  }
  self = calloc(1, sizeof *self);
  room = sizeof form + job->prompt.size + job->size.size + gateway->model.size;
  if (!self || !(self->body = malloc(room))) {
    free(self);
    return failure(errors, LIMN_INTERNAL, "out of memory");
  }
  self->self = made;
  snprintf(self->body, room, form, (int)gateway->model.size, gateway->model.data,
           (int)job->prompt.size, job->prompt.data, (int)job->size.size,
           job->size.size > 0 ? job->size.data : "");
  *opened = self;
  return LIMN_OK;
}

static void close_dialogue(void* opened)
{
  dialogue* self = opened;
  free(self->body);
  free(self);
}

static void send_request(const char* method, const char* path, const char* body, uint32_t flags,
                         const limn_step_sink* step)
{
  const limn_kv header = {text_of("Content-Type"), text_of("application/json")};
  limn_part part = {0};
  const limn_part* parts[1];
  limn_request request = {0};
  part.struct_size = sizeof part;
  part.kind = LIMN_PART_TEXT;
  part.text = text_of(body);
  parts[0] = &part;
  request.struct_size = sizeof request;
  request.flags = flags;
  request.method = text_of(method);
  request.path = text_of(path);
  request.headers = &header;
  request.header_count = 1;
  request.body = LIMN_BODY_CONCATENATED;
  request.parts = parts;
  request.part_count = 1;
  step->send(step->context, &request);
}

static limn_status next(void* opened, const limn_step_sink* step, const limn_error_sink* errors)
{
  dialogue* self = opened;
  if (!LIMN_HAS(step, limn_step_sink, finish)) {
    return failure(errors, LIMN_INTERNAL, "the host is older than contract 1.0");
  }
  switch (self->steps++) {
  case 0:
    step->wait(step->context, 1);
    return LIMN_OK;
  case 1:
    send_request("POST", "/images/generations", self->body, LIMN_REQUEST_BILLABLE, step);
    return LIMN_OK;
  default:
    step->finish(step->context);
    return LIMN_OK;
  }
}

static limn_status cancel(void* opened, const limn_step_sink* step, const limn_error_sink* errors)
{
  (void)opened;
  (void)errors;
  send_request("POST", "/cancel", "{}", 0, step);
  return LIMN_OK;
}

/* The string behind the first `"name":` of the text, or an empty one. */
static limn_str string_behind(limn_str text, const char* name)
{
  const limn_str wanted = text_of(name);
  limn_str found = {NULL, 0};
  size_t at;
  for (at = 0; at + wanted.size < text.size; ++at) {
    if (memcmp(text.data + at, wanted.data, wanted.size) != 0) {
      continue;
    }
    at += wanted.size;
    while (at < text.size && strchr(" \t\r\n:", text.data[at])) {
      ++at;
    }
    if (at < text.size && text.data[at] == '"') {
      const char* end = memchr(text.data + at + 1, '"', text.size - at - 1);
      if (end) {
        found.data = text.data + at + 1;
        found.size = (size_t)(end - found.data);
      }
    }
    return found;
  }
  return found;
}

static limn_status receive(void* opened, const limn_event* event, const limn_result_sink* results,
                           const limn_error_sink* errors)
{
  dialogue* self = opened;
  const limn_classify_v1* classify = self->self->classify;
  limn_answer answer = {0};
  limn_image image = {0};
  limn_usage usage = {0};

  if (!LIMN_HAS(event, limn_event, event_name) || !LIMN_HAS(results, limn_result_sink, note)) {
    return failure(errors, LIMN_INTERNAL, "the host is older than contract 1.0");
  }
  if (event->kind == LIMN_EVENT_END && self->images == 0) {
    return failure(errors, LIMN_NO_IMAGE, "the answer holds no image");
  }
  if (event->kind != LIMN_EVENT_MESSAGE) {
    return LIMN_OK;
  }
  answer.struct_size = sizeof answer;
  answer.http_status = event->http_status;
  answer.headers = event->headers;
  answer.header_count = event->header_count;
  answer.content = event->content;
  if (classify) {
    const limn_status status = classify->classify(classify->context, &answer, errors);
    if (status != LIMN_OK) {
      return status;
    }
  } else if (event->http_status >= 400) {
    return failure(errors, LIMN_SERVER, "the gateway answered with an error");
  }
  image.struct_size = sizeof image;
  image.content = string_behind(event->content, "\"partial_image_b64\"");
  if (image.content.size > 0) {
    results->partial(results->context, &image);
  }
  image.content = string_behind(event->content, "\"b64_json\"");
  if (image.content.size > 0) {
    image.revised_prompt = text_of("frozen");
    results->image(results->context, &image);
    ++self->images;
    usage.struct_size = sizeof usage;
    usage.input_text_tokens = -1;
    usage.input_image_tokens = -1;
    usage.output_text_tokens = -1;
    usage.output_image_tokens = 1056;
    usage.total_tokens = 1066;
    results->usage(results->context, &usage);
    results->note(results->context, text_of("quality"), text_of("high"));
  }
  return LIMN_OK;
}

/* ---- What the library carries */

static const limn_config_source_v1 source_functions = {sizeof(limn_config_source_v1), 0, collect};

static const limn_provider_v1 provider_functions = {
  sizeof(limn_provider_v1), 0, describe, open_dialogue, next, receive, close_dialogue, cancel};

static const limn_component components[] = {
  {sizeof(limn_component), 0, LIMN_STR(LIMN_KIND_PROVIDER), LIMN_STR(PLUGIN_ID),
   LIMN_STR("Frozen in C11"), LIMN_STR("The Images API, as of contract 1.0"), create, destroy,
   &provider_functions},
  {sizeof(limn_component), 0, LIMN_STR(LIMN_KIND_CONFIG_SOURCE), LIMN_STR(PLUGIN_ID "_source"),
   LIMN_STR("Frozen in C11"), LIMN_STR("FROZEN_URL and ~/frozen-key"), create, destroy,
   &source_functions},
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
                                  0,
                                  0,
                                  LIMN_STR(PLUGIN_ID),
                                  LIMN_STR("1.0.0"),
                                  LIMN_STR("limn's tests"),
                                  LIMN_STR("C11 " __VERSION__),
                                  component_count,
                                  component_at};
