/* A sound provider of the Images API in plain C. A plugin with a fault includes this, defines what
 * it does otherwise, and ends with drawing_entry.h. Each may use what it needs. */
#ifndef DRAWING_H
#define DRAWING_H

#include <limn/abi.h>

#include <stdlib.h>
#include <string.h>

typedef struct text {
  char* data;
  size_t size, capacity;
  int failed;
} text;

static inline void append(text* t, const char* data, size_t size)
{
  if (t->failed || size == 0) {
    return;
  }
  if (t->capacity - t->size < size) {
    const size_t capacity = 2 * (t->size + size);
    char* grown = (char*)realloc(t->data, capacity);
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

static inline void append_literal(text* t, const char* literal)
{
  append(t, literal, strlen(literal));
}

static inline void append_json_string(text* t, limn_str value)
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

static inline void append_member(text* t, const char* name, limn_str value)
{
  if (value.size == 0) {
    return;
  }
  append_literal(t, t->size == 0 ? "{\"" : ",\"");
  append_literal(t, name);
  append_literal(t, "\":");
  append_json_string(t, value);
}

static inline limn_status drawing_fail(const limn_error_sink* errors, limn_status status,
                                       const char* message)
{
  limn_error error;
  memset(&error, 0, sizeof error);
  error.struct_size = sizeof error;
  error.status = status;
  error.message.data = message;
  error.message.size = strlen(message);
  error.retry_after_ms = -1;
  errors->report(errors->context, &error);
  return status;
}

typedef struct drawing_provider {
  const limn_classify_v1* classifier; /* may be NULL */
} drawing_provider;

typedef struct drawing {
  const drawing_provider* owner;
  text body;
  int is_sent;
  int image_count;
} drawing;

static inline limn_status drawing_create(const limn_host* host, const limn_settings* settings,
                                         void** instance, const limn_error_sink* errors)
{
  static const limn_str classify = LIMN_STR(LIMN_SERVICE_CLASSIFY);
  drawing_provider* made = (drawing_provider*)calloc(1, sizeof *made);
  (void)settings;
  if (!made) {
    return drawing_fail(errors, LIMN_INTERNAL, "out of memory");
  }
  made->classifier = (const limn_classify_v1*)host->get_service(host, classify);
  *instance = made;
  return LIMN_OK;
}

static inline void drawing_destroy(void* instance)
{
  free(instance);
}

static inline void drawing_describe(void* instance, limn_capabilities* capabilities)
{
  (void)instance;
  capabilities->flags = LIMN_CAN_GENERATE;
  capabilities->max_count = 1;
}

static inline limn_status drawing_open(void* instance, const limn_job* job,
                                       const limn_gateway* gateway, void** opened,
                                       const limn_error_sink* errors)
{
  drawing* made = (drawing*)calloc(1, sizeof *made);
  if (!made) {
    return drawing_fail(errors, LIMN_INTERNAL, "out of memory");
  }
  made->owner = (const drawing_provider*)instance;
  append_member(&made->body, "model", gateway->model);
  append_member(&made->body, "prompt", job->prompt);
  append_member(&made->body, "size", job->size);
  append_literal(&made->body, "}");
  if (made->body.failed) {
    free(made->body.data);
    free(made);
    return drawing_fail(errors, LIMN_INTERNAL, "out of memory");
  }
  *opened = made;
  return LIMN_OK;
}

static inline void drawing_close(void* dialogue)
{
  drawing* d = (drawing*)dialogue;
  free(d->body.data);
  free(d);
}

/* Sends one part of text, and an input behind it if `input` is not negative. */
static inline void drawing_send(const drawing* d, const limn_step_sink* step, uint32_t flags,
                                int input)
{
  static const limn_kv headers[] = {{LIMN_STR("Content-Type"), LIMN_STR("application/json")}};
  static const limn_str method = LIMN_STR("POST");
  static const limn_str path = LIMN_STR("/images/generations");
  limn_part parts[2];
  const limn_part* pointers[2] = {&parts[0], &parts[1]};
  limn_request request;
  memset(parts, 0, sizeof parts);
  memset(&request, 0, sizeof request);
  parts[0].struct_size = sizeof parts[0];
  parts[0].kind = LIMN_PART_TEXT;
  parts[0].text.data = d->body.data;
  parts[0].text.size = d->body.size;
  parts[1].struct_size = sizeof parts[1];
  parts[1].kind = LIMN_PART_INPUT_BASE64;
  parts[1].input = (uint32_t)input;
  request.struct_size = sizeof request;
  request.flags = flags;
  request.method = method;
  request.path = path;
  request.headers = headers;
  request.header_count = 1;
  request.body = LIMN_BODY_CONCATENATED;
  request.parts = pointers;
  request.part_count = input < 0 ? 1 : 2;
  step->send(step->context, &request);
}

static inline limn_status drawing_next(void* dialogue, const limn_step_sink* step,
                                       const limn_error_sink* errors)
{
  drawing* d = (drawing*)dialogue;
  (void)errors;
  if (d->is_sent) {
    step->finish(step->context);
    return LIMN_OK;
  }
  d->is_sent = 1;
  drawing_send(d, step, LIMN_REQUEST_BILLABLE, -1);
  return LIMN_OK;
}

/* The end of `needle` in the text after `from`, or NULL. */
static inline const char* after(const char* from, const char* end, const char* needle)
{
  const size_t size = strlen(needle);
  for (; (size_t)(end - from) >= size; ++from) {
    if (memcmp(from, needle, size) == 0) {
      return from + size;
    }
  }
  return NULL;
}

static inline int says(limn_str content, const char* words)
{
  return content.size > 0 && after(content.data, content.data + content.size, words) != NULL;
}

/* Where its gateway's answers have the image. */
#ifndef MEMBER
#define MEMBER "\"b64_json\":\""
#endif

static inline void drawing_find(drawing* d, limn_str content, const limn_result_sink* results)
{
  const char* at = content.data;
  const char* end = content.data + content.size;
  while (at && (at = after(at, end, MEMBER))) {
    const char* past = after(at, end, "\"");
    if (past) {
      limn_image image;
      memset(&image, 0, sizeof image);
      image.struct_size = sizeof image;
      image.content.data = at;
      image.content.size = (size_t)(past - 1 - at);
      if (image.content.size > 0) {
        results->image(results->context, &image);
        ++d->image_count;
      }
    }
    at = past;
  }
}

static inline limn_status drawing_receive(void* dialogue, const limn_event* event,
                                          const limn_result_sink* results,
                                          const limn_error_sink* errors)
{
  drawing* d = (drawing*)dialogue;
  const limn_classify_v1* classifier = d->owner->classifier;
  if (event->kind == LIMN_EVENT_MESSAGE) {
    if (classifier) {
      limn_answer answer;
      limn_status status;
      memset(&answer, 0, sizeof answer);
      answer.struct_size = sizeof answer;
      answer.http_status = event->http_status;
      answer.headers = event->headers;
      answer.header_count = event->header_count;
      answer.content = event->content;
      status = classifier->classify(classifier->context, &answer, errors);
      if (status != LIMN_OK) {
        return status;
      }
    } else if (event->http_status >= 400) {
      return drawing_fail(errors, LIMN_SERVER, "the gateway answered with an error");
    }
    if (event->content.size > 0) {
      drawing_find(d, event->content, results);
    }
  }
  if (event->kind == LIMN_EVENT_END && d->image_count == 0) {
    return drawing_fail(errors, LIMN_NO_IMAGE, "the answer holds no image");
  }
  return LIMN_OK;
}

#endif
