/* A provider in C11, written against the contract's header alone: POSTs to /images/generations, and
 * finds the image in the answer by searching for "b64_json". */
#include <limn/abi.h>

#include <stdlib.h>
#include <string.h>

/* ---- Text that grows
 * -------------------------------------------------------------------------------------------- */

typedef struct text {
  char* data;
  size_t size;
  size_t capacity;
  int failed; /* out of memory, now or before */
} text;

static void append(text* t, const char* data, size_t size)
{
  if (t->failed || size == 0) {
    return;
  }
  if (t->capacity - t->size < size) {
    const size_t capacity = 2 * (t->size + size);
    char* grown = realloc(t->data, capacity);
    if (!grown) {
      t->failed = 1;
      return;
    }
    t->data = grown;
    t->capacity = capacity;
  }
  memcpy(t->data + t->size, data, size);
  t->size += size;
}

static void append_literal(text* t, const char* literal)
{
  append(t, literal, strlen(literal));
}

static void append_json_string(text* t, limn_str value)
{
  static const char hex[] = "0123456789abcdef";
  append_literal(t, "\"");
  for (size_t i = 0; i < value.size; ++i) {
    const unsigned char c = (unsigned char)value.data[i];
    if (c == '"' || c == '\\') {
      const char escaped[2] = {'\\', (char)c};
      append(t, escaped, sizeof escaped);
    } else if (c < 0x20) {
      const char escaped[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
      append(t, escaped, sizeof escaped);
    } else {
      append(t, value.data + i, 1);
    }
  }
  append_literal(t, "\"");
}

static void append_member(text* t, const char* name, limn_str value)
{
  if (value.size == 0) {
    return;
  }
  append_literal(t, t->size == 0 ? "{\"" : ",\"");
  append_literal(t, name);
  append_literal(t, "\":");
  append_json_string(t, value);
}

/* ---- Errors
 * ------------------------------------------------------------------------------------------------------
 */

static limn_status failure(const limn_error_sink* errors, limn_status status, const char* message)
{
  limn_error error = {0};
  error.struct_size = sizeof error;
  error.status = status;
  error.message.data = message;
  error.message.size = strlen(message);
  error.retry_after_ms = -1;
  errors->report(errors->context, &error);
  return status;
}

/* ---- The provider
 * ------------------------------------------------------------------------------------------------
 */

typedef struct provider {
  const limn_classify_v1* classifier; /* may be NULL */
} provider;

typedef struct dialogue {
  const provider* owner;
  text body;
  int is_sent;
  int image_count;
} dialogue;

static limn_status create(const limn_host* host, const limn_settings* settings, void** instance,
                          const limn_error_sink* errors)
{
  static const limn_str classify = LIMN_STR(LIMN_SERVICE_CLASSIFY);
  provider* made = calloc(1, sizeof *made);
  (void)settings;
  if (!made) {
    return failure(errors, LIMN_INTERNAL, "out of memory");
  }
  made->classifier = host->get_service(host, classify);
  *instance = made;
  return LIMN_OK;
}

static void destroy(void* instance)
{
  free(instance);
}

static void describe(void* instance, limn_capabilities* capabilities)
{
  (void)instance;
  capabilities->flags = LIMN_CAN_GENERATE;
  capabilities->max_count = 1;
}

static limn_status open_dialogue(void* instance, const limn_job* job, const limn_gateway* gateway,
                                 void** opened, const limn_error_sink* errors)
{
  dialogue* made = calloc(1, sizeof *made);
  if (!made) {
    return failure(errors, LIMN_INTERNAL, "out of memory");
  }
  made->owner = instance;
  append_member(&made->body, "model", gateway->model);
  append_member(&made->body, "prompt", job->prompt);
  append_member(&made->body, "size", job->size);
  append_literal(&made->body, "}");
  if (made->body.failed) {
    free(made->body.data);
    free(made);
    return failure(errors, LIMN_INTERNAL, "out of memory");
  }
  *opened = made;
  return LIMN_OK;
}

static void close_dialogue(void* closed)
{
  dialogue* d = closed;
  free(d->body.data);
  free(d);
}

static limn_status next(void* asked, const limn_step_sink* step, const limn_error_sink* errors)
{
  static const limn_kv headers[] = {{LIMN_STR("Content-Type"), LIMN_STR("application/json")}};
  static const limn_str method = LIMN_STR("POST");
  static const limn_str path = LIMN_STR("/images/generations");
  dialogue* d = asked;
  limn_part part = {0};
  const limn_part* parts[1] = {&part};
  limn_request request = {0};
  (void)errors;

  if (d->is_sent) {
    step->finish(step->context);
    return LIMN_OK;
  }
  d->is_sent = 1;
  part.struct_size = sizeof part;
  part.kind = LIMN_PART_TEXT;
  part.text.data = d->body.data;
  part.text.size = d->body.size;
  request.struct_size = sizeof request;
  request.flags = LIMN_REQUEST_BILLABLE;
  request.method = method;
  request.path = path;
  request.headers = headers;
  request.header_count = 1;
  request.body = LIMN_BODY_CONCATENATED;
  request.parts = parts;
  request.part_count = 1;
  step->send(step->context, &request);
  return LIMN_OK;
}

/* The end of `needle` in the text after `from`, or NULL. */
static const char* after(const char* from, const char* end, const char* needle)
{
  const size_t size = strlen(needle);
  for (; (size_t)(end - from) >= size; ++from) {
    if (memcmp(from, needle, size) == 0) {
      return from + size;
    }
  }
  return NULL;
}

static const char* skip_space(const char* from, const char* end)
{
  while (from < end && strchr(" \t\r\n", *from)) {
    ++from;
  }
  return from;
}

static void find_images(dialogue* d, limn_str content, const limn_result_sink* results)
{
  const char* at = content.data;
  const char* end = content.data + content.size;
  while (at && (at = after(at, end, "\"b64_json\""))) {
    const char* value = skip_space(at, end);
    if (value == end || *value != ':') {
      continue;
    }
    value = skip_space(value + 1, end);
    if (value == end || *value != '"') {
      continue;
    }
    ++value;
    const char* past = after(value, end, "\"");
    if (past) {
      limn_image image = {0};
      image.struct_size = sizeof image;
      image.content.data = value;
      image.content.size = (size_t)(past - 1 - value);
      results->image(results->context, &image);
      ++d->image_count;
    }
    at = past;
  }
}

static limn_status receive(void* told, const limn_event* event, const limn_result_sink* results,
                           const limn_error_sink* errors)
{
  dialogue* d = told;
  const limn_classify_v1* classifier = d->owner->classifier;

  if (event->kind == LIMN_EVENT_MESSAGE) {
    if (classifier) {
      limn_answer answer = {0};
      limn_status status;
      answer.struct_size = sizeof answer;
      answer.http_status = event->http_status;
      answer.headers = event->headers;
      answer.header_count = event->header_count;
      answer.content = event->content;
      status = classifier->classify(classifier->context, &answer, errors);
      if (status != LIMN_OK) {
        return status; /* the classifier has reported it */
      }
    } else if (event->http_status >= 400) {
      return failure(errors, LIMN_SERVER, "the gateway answered with an error");
    }
    if (event->content.size > 0) {
      find_images(d, event->content, results);
    }
  }
  if (event->kind == LIMN_EVENT_END) {
    if (d->image_count == 0) {
      return failure(errors, LIMN_NO_IMAGE, "the answer holds no image");
    }
  }
  return LIMN_OK;
}

static const limn_provider_v1 functions = {
  sizeof(limn_provider_v1), 0, describe, open_dialogue, next, receive, close_dialogue, NULL};

static const limn_component component = {sizeof(limn_component),
                                         0,
                                         LIMN_STR(LIMN_KIND_PROVIDER),
                                         LIMN_STR("test_c11"),
                                         LIMN_STR("Test in C11"),
                                         LIMN_STR("The Images API, by plain string search"),
                                         create,
                                         destroy,
                                         &functions};

static uint32_t component_count(void)
{
  return 1;
}

static const limn_component* component_at(uint32_t index)
{
  return index == 0 ? &component : NULL;
}

const limn_entry limn_entry_v1 = {sizeof(limn_entry),
                                  LIMN_ABI_MINOR,
                                  0,
                                  0,
                                  LIMN_STR("test_c11"),
                                  LIMN_STR("1.0.0"),
                                  LIMN_STR("limn's tests"),
                                  LIMN_STR("C11"),
                                  component_count,
                                  component_at};
