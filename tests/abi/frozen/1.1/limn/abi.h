/*
 * limn plugin contract, major 1, minor 1. C11 and C++; needs stddef.h and stdint.h only.
 *
 * A plugin is a shared library that exports one data symbol, `limn_entry_v1`. It carries
 * components: config sources, which find gateways, and providers, which know one way to an image. A
 * plugin is trusted code: it runs in the host's process with the host's rights, unless the user has
 * it isolated. A provider describes requests and reads messages; the host does all I/O.
 *
 * Rules, for both sides and for ever:
 *  1. `struct_size` stands first in every struct that may grow, and is set by the side that
 * allocates the struct, to the size it was compiled with. Read or write a member only if its offset
 * + size fits (LIMN_HAS).
 *  2. Structs are only ever appended to. Structs that may grow are passed by pointer, in arrays as
 * arrays of pointers, and never embedded by value. Structs marked frozen never change.
 *  3. Ids, enumerators and their meaning are for ever. Unknown flags and enumerators are ignored by
 * readers unless said otherwise. Reserved members are zero.
 *  4. A host loads a plugin if and only if the entry's `min_host_minor` <= the host's minor. The
 * major is in the symbol.
 *  5. What is passed is borrowed for the call: copy what you keep. Results leave through sinks,
 * which copy before they return. Nothing allocated on one side is freed on the other.
 *  6. A call that returns another status than LIMN_OK reports exactly one error to its error sink,
 * before it returns; a call that returns LIMN_OK reports none.
 *  7. No exception, longjmp or signal crosses the boundary. Calls must not block: no sleep, no
 * socket, no lock held long.
 *  8. Libraries are never unloaded. After `destroy` and `close` nothing of the host points into the
 * instance.
 *  9. Text is UTF-8, without a terminating NUL; an empty limn_str (size 0) means "not given", its
 * data may be NULL.
 * 10. Thread tags: [main] the host calls it on one thread at a time, and never concurrently for one
 * instance; [any] may be called from any thread at any time. Sinks and services are [main] unless
 * tagged otherwise.
 */
#ifndef LIMN_ABI_H
#define LIMN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIMN_ABI_MAJOR 1
#define LIMN_ABI_MINOR 1
#define LIMN_ENTRY_SYMBOL "limn_entry_v1"

#define LIMN_KIND_CONFIG_SOURCE                                                                    \
  "limn.config-source/1"                     /* component.functions: limn_config_source_v1 */
#define LIMN_KIND_PROVIDER "limn.provider/1" /* component.functions: limn_provider_v1 */

#define LIMN_SERVICE_LOG "limn.log/1"           /* limn_log_v1 */
#define LIMN_SERVICE_ENV "limn.env/1"           /* limn_env_v1 */
#define LIMN_SERVICE_FILES "limn.files/1"       /* limn_files_v1 */
#define LIMN_SERVICE_CLOCK "limn.clock/1"       /* limn_clock_v1 */
#define LIMN_SERVICE_CLASSIFY "limn.classify/1" /* limn_classify_v1 */

#if defined(_WIN32)
#define LIMN_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define LIMN_EXPORT __attribute__((visibility("default")))
#else
#define LIMN_EXPORT
#endif

/* Whether `member` lies inside the struct that `pointer` points to, by that struct's own account
 * (rule 1). */
#define LIMN_HAS(pointer, type, member)                                                            \
  ((pointer)->struct_size >= offsetof(type, member) + sizeof(((const type*)0)->member))

/* ---- Plain values (frozen)
 * ------------------------------------------------------------------------------------- */

typedef struct limn_str {
  const char* data;
  size_t size; /* bytes */
} limn_str;

typedef struct limn_kv {
  limn_str key;
  limn_str value;
} limn_kv;

/* A limn_str of a string literal, usable in a constant initializer. */
#define LIMN_STR(literal)                                                                          \
  {                                                                                                \
    (literal), sizeof(literal) - 1                                                                 \
  }

/* Receives one string; copies it before it returns. */
typedef struct limn_str_sink {
  void* context;
  void (*put)(void* context, limn_str value);
} limn_str_sink;

/* ---- Status and errors
 * ----------------------------------------------------------------------------------------- */

/* What went wrong. The plugin classifies; the host decides what happens next. */
typedef int32_t limn_status;
enum {
  LIMN_OK = 0,
  LIMN_CONTENT = 1,   /* refused for what it would show: moderation, policy */
  LIMN_BILLING = 2,   /* out of money, credit or quota */
  LIMN_AUTH = 3,      /* the key is missing, wrong or expired */
  LIMN_ACCESS = 4,    /* the key is good but may not do this: organisation, country, address */
  LIMN_MODEL = 5,     /* the gateway does not serve this model */
  LIMN_ENDPOINT = 6,  /* the gateway does not serve this path */
  LIMN_SIZE = 7,      /* the size of the picture is refused */
  LIMN_PARAMETER = 8, /* one parameter is refused; limn_error.param names it */
  LIMN_INVALID_REQUEST = 9, /* refused for another reason that lies in the request */
  LIMN_RATE_LIMITED = 10,   /* too many requests; limn_error.retry_after_ms if told */
  LIMN_SERVER = 11,         /* the gateway failed and said so at once */
  LIMN_UNREACHABLE = 12,    /* no connection */
  LIMN_TLS = 13,            /* the connection could not be made safe */
  LIMN_OUTCOME_UNKNOWN =
    14,                /* the answer was lost after the request was sent: may have cost money */
  LIMN_NO_IMAGE = 15,  /* a success without an image */
  LIMN_BAD_IMAGE = 16, /* image data that cannot be decoded */
  LIMN_CANCELLED = 17,
  LIMN_NOT_SAVED = 18,
  LIMN_INTERNAL = 19,  /* a fault of the plugin or the host; out of memory */
  LIMN_SETTINGS = 20,  /* a setting is missing or makes no sense */
  LIMN_NOT_FOUND = 21, /* a file that is not there; never a failure of the command */
  LIMN_UNSUPPORTED =
    22 /* this job cannot be expressed on this path; the host goes on to the next provider */
};

typedef struct limn_error {
  uint32_t struct_size;
  limn_status status; /* the same that the call returns; never LIMN_OK */
  limn_str message;   /* what happened, one sentence */
  limn_str hint;      /* what the user can do; may be empty */
  limn_str code;      /* the gateway's own code, e.g. billing_hard_limit_reached; may be empty */
  limn_str param;     /* the request's parameter it is about; may be empty */
  int64_t retry_after_ms; /* when the gateway said to come back; -1 if it did not */
} limn_error;

/* Copies the error before it returns. */
typedef struct limn_error_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*report)(void* context, const limn_error* error);
} limn_error_sink;

/* ---- Host and its services
 * ------------------------------------------------------------------------------------- */

typedef struct limn_host limn_host;
struct limn_host {
  uint32_t struct_size;
  uint32_t abi_minor;
  limn_str version; /* of the host, for logs */
  void* context;
  /* [any] The service's struct, valid until the process ends, or NULL if it is not offered: a
   * plugin must do its work, or fail with LIMN_UNSUPPORTED, when any service is NULL. */
  const void* (*get_service)(const limn_host* host, limn_str id);
};

enum { LIMN_LOG_ERROR = 0, LIMN_LOG_WARNING = 1, LIMN_LOG_INFO = 2, LIMN_LOG_DEBUG = 3 };

typedef struct limn_log_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*write)(void* context, uint32_t level,
                limn_str text); /* [any] one line, without a newline */
} limn_log_v1;

typedef struct limn_env_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  /* [main] Puts the value and returns 1, or returns 0 if the variable is not set. A value that is
   * empty counts as set. */
  int32_t (*get)(void* context, limn_str name, limn_str_sink value);
} limn_env_v1;

typedef struct limn_files_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  /* [main] Puts the whole of a regular file, if it has at most `max_size` bytes and no other user
   * could have written it. `path` is absolute, or begins with "~/". LIMN_NOT_FOUND if there is
   * none. For config sources; providers never need it: the host streams input files. */
  limn_status (*read)(void* context, limn_str path, size_t max_size, limn_str_sink content,
                      const limn_error_sink* errors);
  /* [main] Since minor 1. Puts the name of each regular file of a folder (also of one that a link
   * leads to) whose name ends in `ending`, sorted, a call of the sink each; none of a name that
   * begins with a dot, and at most 256. `folder` as `path` of `read`. LIMN_NOT_FOUND if there is
   * none. */
  limn_status (*list)(void* context, limn_str folder, limn_str ending, limn_str_sink names,
                      const limn_error_sink* errors);
} limn_files_v1;

typedef struct limn_clock_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  int64_t (*unix_ms)(void* context);   /* [any] wall clock */
  int64_t (*steady_ms)(void* context); /* [any] never goes back; only differences mean something */
} limn_clock_v1;

/* One answer, or one message of it, as the classifier reads it. */
typedef struct limn_answer {
  uint32_t struct_size;
  uint32_t http_status;
  const limn_kv* headers; /* names in lower case */
  size_t header_count;
  limn_str content; /* the message: JSON or text */
} limn_answer;

typedef struct limn_classify_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  /* [main] LIMN_OK if the answer is no failure. Else reports the error and returns its status. A
   * 200 that holds an error object is a failure; a 200 without an image is for the provider to
   * judge. */
  limn_status (*classify)(void* context, const limn_answer* answer, const limn_error_sink* errors);
} limn_classify_v1;

/* ---- Components
 * ------------------------------------------------------------------------------------------------
 */

/* The user's settings for one component, nested keys joined with dots, list items numbered from 0.
 */
typedef struct limn_settings {
  uint32_t struct_size;
  uint32_t reserved;
  const limn_kv* items;
  size_t item_count;
} limn_settings;

typedef struct limn_component {
  uint32_t struct_size;
  uint32_t flags;        /* none yet: zero */
  limn_str kind;         /* LIMN_KIND_...; a host skips kinds that it does not know */
  limn_str id;           /* [a-z][a-z0-9_]*, at most 64 bytes, unique, for ever */
  limn_str display_name; /* for people */
  limn_str summary;      /* one line */
  /* [main] Makes an instance. The host and its services outlive it. */
  limn_status (*create)(const limn_host* host, const limn_settings* settings, void** instance,
                        const limn_error_sink* errors);
  void (*destroy)(void* instance); /* [main] after every dialogue of it is closed */
  const void* functions;           /* the struct that `kind` names; lives as long as the library */
} limn_component;

typedef struct limn_entry {
  uint32_t struct_size;
  uint32_t abi_minor;      /* LIMN_ABI_MINOR at compile time */
  uint32_t min_host_minor; /* the least host minor that the plugin needs */
  uint32_t reserved;
  limn_str name;    /* of the plugin */
  limn_str version; /* of the plugin */
  limn_str vendor;
  limn_str build_info;               /* compiler and the like; for bug reports */
  uint32_t (*component_count)(void); /* [main] at most 64 */
  const limn_component* (*component_at)(uint32_t index); /* [main] lives as long as the library */
} limn_entry;

/* The one symbol that a plugin exports. */
extern LIMN_EXPORT const limn_entry limn_entry_v1;

/* ---- Config sources
 * -------------------------------------------------------------------------------------------- */

typedef struct limn_query {
  uint32_t struct_size;
  uint32_t reserved;
  /* Since minor 1. The part of the source that the user wants, as "codex" of "ai_hosts.codex"; "*":
   * everything that it could find, whatever its settings say; empty: what they say. LIMN_SETTINGS
   * from a source that has no such part, or none. */
  limn_str part;
} limn_query;

/* limn_found_gateway.flags */
#define LIMN_GATEWAY_WITHOUT_KEY 1u /* the user says that this gateway needs no key */

/* A gateway that was found. URL and key must come from the same scope: a key never goes to another
 * base URL than the one it was found with. */
typedef struct limn_found_gateway {
  uint32_t struct_size;
  uint32_t flags;         /* LIMN_GATEWAY_... */
  limn_str name;          /* a short name, if the source knows one */
  limn_str base_url;      /* as written by the user; the host normalises */
  limn_str api_key;       /* empty if absent */
  limn_str origin;        /* e.g. "env:OPENAI_BASE_URL", "~/.hermes/config.yaml#model" */
  limn_str problem;       /* why it cannot be used, e.g. "unresolved ${NAME}"; empty if it can */
  const limn_kv* headers; /* extra headers that this gateway needs */
  size_t header_count;
  const limn_kv* settings; /* for providers: limn_gateway.settings */
  size_t setting_count;
  /* Since minor 1. Where the key is, instead of `api_key`: in an environment variable of that name,
   * or in the first line of a file ("/..." or "~/..."). The host reads it there, so that the source
   * never has it, and says what is wrong if there is none. At most one of the three is given, and
   * it belongs to this base URL as a key does. A host of minor 0 finds no key: where that is no
   * use, limn_entry.min_host_minor is 1. */
  limn_str api_key_env;
  limn_str api_key_file;
} limn_found_gateway;

typedef struct limn_gateway_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  int32_t (*add)(void* context,
                 const limn_found_gateway* gateway); /* 0: go on; else stop, and return LIMN_OK */
} limn_gateway_sink;

typedef struct limn_config_source_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* [main] Adds every gateway that the source knows, in order of preference. None is no error. What
   * can be read is added before an error about the rest is reported. */
  limn_status (*collect)(void* instance, const limn_query* query, const limn_gateway_sink* gateways,
                         const limn_error_sink* errors);
} limn_config_source_v1;

/* ---- Providers
 * -------------------------------------------------------------------------------------------------
 */

/* limn_capabilities.flags */
#define LIMN_CAN_GENERATE UINT64_C(1) /* an image from a prompt */
#define LIMN_CAN_EDIT UINT64_C(2)     /* from a prompt and input images */
#define LIMN_CAN_MASK UINT64_C(4)     /* with a mask */
#define LIMN_CAN_STREAM UINT64_C(8)   /* partial images */
/* Since minor 1. Not a thing that it can do, but how it wants to be asked: the base URL of a
 * gateway that names this provider first is taken as it stands; nothing is cut off, and no "/v1" is
 * added where there is no path. */
#define LIMN_TAKES_BARE_BASE_URL UINT64_C(16)

typedef struct limn_capabilities {
  uint32_t struct_size;
  uint32_t
    max_count;    /* images that one dialogue can ask for; 1 if more must be asked for one by one */
  uint64_t flags; /* LIMN_CAN_... */
} limn_capabilities;

enum { LIMN_INPUT_IMAGE = 0, LIMN_INPUT_MASK = 1 };

/* A file of the user's that goes with the job. The provider refers to it by its index and never
 * reads it. */
typedef struct limn_input {
  uint32_t struct_size;
  uint32_t role;       /* LIMN_INPUT_IMAGE, LIMN_INPUT_MASK */
  limn_str media_type; /* from the bytes, e.g. image/png */
  limn_str filename;   /* base name only */
  uint64_t size;       /* bytes */
  uint32_t width, height;
} limn_input;

typedef struct limn_job {
  uint32_t struct_size;
  int32_t count; /* images wanted, >= 1 */
  limn_str prompt;
  limn_str size;    /* "1024x1024", "auto"; empty: do not send one */
  limn_str quality; /* the rest: empty (or -1) means "do not send it" */
  limn_str background;
  limn_str output_format;
  limn_str moderation;
  int32_t output_compression; /* 0..100, or -1 */
  int32_t partial_images;     /* partial images wanted while drawing, or -1 */
  const limn_input* const* inputs;
  size_t input_count;
  /* Parameters that this gateway refused. The members above that they name are already cleared; a
   * provider leaves out parameters of its own that are named here too. */
  const limn_str* dropped;
  size_t dropped_count;
} limn_job;

/* The gateway, as a provider sees it: never the key. */
typedef struct limn_gateway {
  uint32_t struct_size;
  uint32_t reserved;
  limn_str name;
  limn_str base_url; /* normalised, without a slash at the end */
  limn_str model;    /* the image model's id, as this gateway lists it */
  const limn_kv* settings;
  size_t setting_count;
} limn_gateway;

enum { LIMN_PART_TEXT = 0, LIMN_PART_INPUT_BYTES = 1, LIMN_PART_INPUT_BASE64 = 2 };

/* A piece of a body. */
typedef struct limn_part {
  uint32_t struct_size;
  uint32_t kind;  /* LIMN_PART_... */
  limn_str text;  /* LIMN_PART_TEXT */
  uint32_t input; /* the others: index into limn_job.inputs */
  uint32_t reserved;
  limn_str name;       /* multipart only: the field's name, required */
  limn_str filename;   /* multipart only: empty for a plain field */
  limn_str media_type; /* multipart only: the part's Content-Type; empty for none */
} limn_part;

enum { LIMN_BODY_CONCATENATED = 0, LIMN_BODY_MULTIPART = 1 };

/* limn_request.flags */
#define LIMN_REQUEST_BILLABLE 1u /* if the answer is lost, this may still cost money */

typedef struct limn_request {
  uint32_t struct_size;
  uint32_t flags;
  limn_str method; /* "POST" */
  limn_str path;   /* appended to the base URL; begins with '/'; may carry a query */
  /* The host adds authorization, user agent, content length, the gateway's own headers, and, for a
   * multipart body, the content type. A header that carries authorization is refused. */
  const limn_kv* headers;
  size_t header_count;
  uint32_t body; /* LIMN_BODY_...: the parts one after the other, or a form field each */
  uint32_t reserved;
  const limn_part* const* parts;
  size_t part_count;
  /* Since minor 1. Where the request goes instead of `path`, if not empty: an absolute path on the
   * gateway's own origin ("/api/v1/tasks/7", which may lie outside of the base URL), or an absolute
   * URL of exactly that origin: scheme, host and port. Anything else is refused: the key goes
   * along. A host of minor 0 asks `path`. Not for a billable request. */
  limn_str target;
} limn_request;

/* Told what to do next: exactly one of the three, exactly once a call of `next`. */
typedef struct limn_step_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*send)(void* context,
               const limn_request* request); /* answered through `receive`, then `next` again */
  void (*wait)(void* context, int64_t milliseconds); /* then `next` again */
  void (*finish)(void* context);                     /* then `close` */
} limn_step_sink;

enum { LIMN_EVENT_HEAD = 0, LIMN_EVENT_MESSAGE = 1, LIMN_EVENT_END = 2 };
enum { LIMN_FORMAT_JSON = 0, LIMN_FORMAT_TEXT = 1 };

/* A response comes as one HEAD, any number of MESSAGEs, and one END, unless the connection fails:
 * then `close` follows without END, and the host reports the failure. */
typedef struct limn_event {
  uint32_t struct_size;
  uint32_t kind;        /* LIMN_EVENT_... */
  uint32_t http_status; /* of the response, in every event */
  uint32_t format; /* MESSAGE: LIMN_FORMAT_JSON is well-formed JSON; LIMN_FORMAT_TEXT is anything
                      else, cut short */
  const limn_kv* headers; /* of the response, in every event; names in lower case */
  size_t header_count;
  limn_str content; /* MESSAGE: the body, or the data of one SSE event. Every long run of base64 in
                     * its strings has been replaced by a short token, "@limn:...", that is good
                     * until `receive` returns. An answer that is an image itself is a JSON string
                     * of its token. */
  limn_str event_name; /* MESSAGE of an SSE stream: the event's name, if it has one */
} limn_event;

typedef struct limn_image {
  uint32_t struct_size;
  uint32_t reserved;
  limn_str
    content; /* the string that holds the image: token, base64, data URL or http URL, all alike */
  limn_str revised_prompt;
  /* Since minor 1. Of a preview: which one of its image it is, from 1, as the gateway counts them;
   * 0 if it does not say. */
  uint64_t preview_number;
} limn_image;

/* Tokens that the gateway says it counted; -1 where it does not say. */
typedef struct limn_usage {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t input_text_tokens;
  int64_t input_image_tokens;
  int64_t output_text_tokens;
  int64_t output_image_tokens;
  int64_t total_tokens;
} limn_usage;

typedef struct limn_result_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*image)(void* context, const limn_image* image);   /* a finished image: once for each */
  void (*partial)(void* context, const limn_image* image); /* a preview */
  void (*usage)(void* context, const limn_usage* usage);
  /* E.g. request_id, size, quality, text. "state" is what the gateway last said of a job that is
   * under way; where the attempt ends without an image, the host tells it to the user. */
  void (*note)(void* context, limn_str key, limn_str value);
} limn_result_sink;

/* limn_terms.flags. Since minor 1. */
#define LIMN_TERMS_NO_LIST 1u /* the gateway has no list of models: it is asked for none */
#define LIMN_TERMS_KEY_CHECK                                                                       \
  2u /* what it lists is not what is asked for: an answer says no more than                        \
      * that URL and key are good */

/* Since minor 1. How a gateway is asked where that is not as OpenAI's is. The host fills in the
 * key: a plugin never sees one. */
typedef struct limn_terms {
  uint32_t struct_size;
  uint32_t flags; /* LIMN_TERMS_... */
  /* The header that carries the key, by a name that says so ("api-key", "x-goog-api-key"), and what
   * stands before the key and a blank; empty for nothing. Without a name it is
   * "Authorization: Bearer KEY", whatever the scheme says. It goes with every request to the
   * gateway's own origin, and with no other. A header that is the host's or the connection's own
   * (Host, Cookie, Content-Length, ...) is refused. */
  limn_str key_header;
  limn_str key_scheme;
  /* What is asked, with GET and the key, before an image is: what costs nothing and lists the
   * models. Appended to the base URL; begins with '/', may carry a query. Empty: "/models". */
  limn_str models_path;
  /* Where its answer holds the list: names of members, '/' between them ("models"); and under which
   * name an item of it holds the id ("name"). Empty: wherever the host knows lists and ids to be.
   * "models/" in front of an id is not a part of it. */
  limn_str models_list;
  limn_str models_id;
  /* How long one attempt may take with this gateway, from its request to its last image, in
   * milliseconds: the host waits so long where it would give up earlier and the user has not said
   * when. At most a day; 0: as long as any. */
  int64_t longest_attempt_ms;
} limn_terms;

typedef struct limn_terms_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*tell)(void* context, const limn_terms* terms); /* copies them before it returns */
} limn_terms_sink;

/* A provider is a state machine without I/O: open, then next / receive in turn, then close. Many
 * dialogues of one instance may be open at once; calls to them never overlap. After a call that
 * failed, only `close` follows.
 *
 * A request that is not billable and follows a billable one is sent again by the host when its
 * connection fails, until the attempt's time is over: what it asks about may be paid for. For the
 * dialogue that never happened: HEAD of such a request comes together with its first MESSAGE or
 * END, and once the dialogue has heard of a response, its request is not sent again. */
typedef struct limn_provider_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void (*describe)(
    void* instance,
    limn_capabilities* capabilities); /* [main] fills what fits; the host zeroes it */
  limn_status (*open)(void* instance, const limn_job* job, const limn_gateway* gateway,
                      void** dialogue, const limn_error_sink* errors); /* [main] */
  limn_status (*next)(void* dialogue, const limn_step_sink* step,
                      const limn_error_sink* errors); /* [main] */
  limn_status (*receive)(void* dialogue, const limn_event* event, const limn_result_sink* results,
                         const limn_error_sink* errors); /* [main] */
  void (*close)(void* dialogue); /* [main] once for each dialogue that was opened */
  /* [main] May be NULL or absent. The host gives the dialogue up before it has finished: the user
   * interrupted, or the attempt's time is over. Says through `step` either `finish`, or `send` with
   * one request that tells the gateway to stop; it is not billable, its answer is not read, and it
   * has two seconds. Only `close` follows. Not called after a call that failed. */
  limn_status (*cancel)(void* dialogue, const limn_step_sink* step, const limn_error_sink* errors);
  /* [main] Since minor 1. May be NULL or absent. Tells, once or not at all, how this gateway is
   * asked; what is not told is as with OpenAI. `gateway` has no model. The same gateway has the
   * same terms at every call. A host of minor 0 does not ask, and sends "Authorization: Bearer
   * KEY". */
  limn_status (*terms)(void* instance, const limn_gateway* gateway, const limn_terms_sink* terms,
                       const limn_error_sink* errors);
} limn_provider_v1;

#ifdef __cplusplus
}
#endif

#endif
