/* The layout of the contract on 64-bit systems, written down: exactly that of each frozen header
 * (LAYOUT_IS_FROZEN), and the beginning of that of today's. If one of these stops compiling,
 * plugins that exist would break: change the contract back, not this file. */
#include <limn/abi.h>

#include <assert.h>

#if defined(__LP64__)

#define FIXED_SIZE(type, size)                                                                     \
  static_assert(sizeof(type) == (size), "the size of " #type " changed")
#ifdef LAYOUT_IS_FROZEN
#define SIZE FIXED_SIZE
#else
#define SIZE(type, size) static_assert(sizeof(type) >= (size), #type " has become smaller")
#endif
#if LIMN_ABI_MINOR == 0
#define SIZE_AT_1_0 SIZE
#else
#define SIZE_AT_1_0(type, size)                                                                    \
  static_assert(sizeof(type) > (size), #type " has lost what came since 1.0")
#endif
#define AT(type, member, offset)                                                                   \
  static_assert(offsetof(type, member) == (offset), "the offset of " #type "." #member " changed")

FIXED_SIZE(limn_str, 16);
AT(limn_str, data, 0);
AT(limn_str, size, 8);

FIXED_SIZE(limn_kv, 32);
AT(limn_kv, key, 0);
AT(limn_kv, value, 16);

FIXED_SIZE(limn_str_sink, 16);
AT(limn_str_sink, context, 0);
AT(limn_str_sink, put, 8);

SIZE(limn_error, 80);
AT(limn_error, struct_size, 0);
AT(limn_error, status, 4);
AT(limn_error, message, 8);
AT(limn_error, hint, 24);
AT(limn_error, code, 40);
AT(limn_error, param, 56);
AT(limn_error, retry_after_ms, 72);

SIZE(limn_error_sink, 24);
AT(limn_error_sink, struct_size, 0);
AT(limn_error_sink, reserved, 4);
AT(limn_error_sink, context, 8);
AT(limn_error_sink, report, 16);

SIZE(limn_host, 40);
AT(limn_host, struct_size, 0);
AT(limn_host, abi_minor, 4);
AT(limn_host, version, 8);
AT(limn_host, context, 24);
AT(limn_host, get_service, 32);

SIZE(limn_log_v1, 24);
AT(limn_log_v1, struct_size, 0);
AT(limn_log_v1, reserved, 4);
AT(limn_log_v1, context, 8);
AT(limn_log_v1, write, 16);

SIZE(limn_env_v1, 24);
AT(limn_env_v1, struct_size, 0);
AT(limn_env_v1, reserved, 4);
AT(limn_env_v1, context, 8);
AT(limn_env_v1, get, 16);

SIZE_AT_1_0(limn_files_v1, 24);
AT(limn_files_v1, struct_size, 0);
AT(limn_files_v1, reserved, 4);
AT(limn_files_v1, context, 8);
AT(limn_files_v1, read, 16);
#if LIMN_ABI_MINOR >= 1
AT(limn_files_v1, list, 24);
SIZE(limn_files_v1, 32);
#endif

SIZE(limn_clock_v1, 32);
AT(limn_clock_v1, struct_size, 0);
AT(limn_clock_v1, reserved, 4);
AT(limn_clock_v1, context, 8);
AT(limn_clock_v1, unix_ms, 16);
AT(limn_clock_v1, steady_ms, 24);

SIZE(limn_answer, 40);
AT(limn_answer, struct_size, 0);
AT(limn_answer, http_status, 4);
AT(limn_answer, headers, 8);
AT(limn_answer, header_count, 16);
AT(limn_answer, content, 24);

SIZE(limn_classify_v1, 24);
AT(limn_classify_v1, struct_size, 0);
AT(limn_classify_v1, reserved, 4);
AT(limn_classify_v1, context, 8);
AT(limn_classify_v1, classify, 16);

SIZE(limn_settings, 24);
AT(limn_settings, struct_size, 0);
AT(limn_settings, reserved, 4);
AT(limn_settings, items, 8);
AT(limn_settings, item_count, 16);

SIZE(limn_component, 96);
AT(limn_component, struct_size, 0);
AT(limn_component, flags, 4);
AT(limn_component, kind, 8);
AT(limn_component, id, 24);
AT(limn_component, display_name, 40);
AT(limn_component, summary, 56);
AT(limn_component, create, 72);
AT(limn_component, destroy, 80);
AT(limn_component, functions, 88);

SIZE(limn_entry, 96);
AT(limn_entry, struct_size, 0);
AT(limn_entry, abi_minor, 4);
AT(limn_entry, min_host_minor, 8);
AT(limn_entry, reserved, 12);
AT(limn_entry, name, 16);
AT(limn_entry, version, 32);
AT(limn_entry, vendor, 48);
AT(limn_entry, build_info, 64);
AT(limn_entry, component_count, 80);
AT(limn_entry, component_at, 88);

SIZE_AT_1_0(limn_query, 8);
AT(limn_query, struct_size, 0);
AT(limn_query, reserved, 4);
#if LIMN_ABI_MINOR >= 1
AT(limn_query, part, 8);
SIZE(limn_query, 24);
#endif

SIZE_AT_1_0(limn_found_gateway, 120);
AT(limn_found_gateway, struct_size, 0);
AT(limn_found_gateway, flags, 4);
AT(limn_found_gateway, name, 8);
AT(limn_found_gateway, base_url, 24);
AT(limn_found_gateway, api_key, 40);
AT(limn_found_gateway, origin, 56);
AT(limn_found_gateway, problem, 72);
AT(limn_found_gateway, headers, 88);
AT(limn_found_gateway, header_count, 96);
AT(limn_found_gateway, settings, 104);
AT(limn_found_gateway, setting_count, 112);
#if LIMN_ABI_MINOR >= 1
AT(limn_found_gateway, api_key_env, 120);
AT(limn_found_gateway, api_key_file, 136);
SIZE(limn_found_gateway, 152);
#endif

SIZE(limn_gateway_sink, 24);
AT(limn_gateway_sink, struct_size, 0);
AT(limn_gateway_sink, reserved, 4);
AT(limn_gateway_sink, context, 8);
AT(limn_gateway_sink, add, 16);

SIZE(limn_config_source_v1, 16);
AT(limn_config_source_v1, struct_size, 0);
AT(limn_config_source_v1, reserved, 4);
AT(limn_config_source_v1, collect, 8);

SIZE(limn_capabilities, 16);
AT(limn_capabilities, struct_size, 0);
AT(limn_capabilities, max_count, 4);
AT(limn_capabilities, flags, 8);

SIZE(limn_input, 56);
AT(limn_input, struct_size, 0);
AT(limn_input, role, 4);
AT(limn_input, media_type, 8);
AT(limn_input, filename, 24);
AT(limn_input, size, 40);
AT(limn_input, width, 48);
AT(limn_input, height, 52);

SIZE(limn_job, 144);
AT(limn_job, struct_size, 0);
AT(limn_job, count, 4);
AT(limn_job, prompt, 8);
AT(limn_job, size, 24);
AT(limn_job, quality, 40);
AT(limn_job, background, 56);
AT(limn_job, output_format, 72);
AT(limn_job, moderation, 88);
AT(limn_job, output_compression, 104);
AT(limn_job, partial_images, 108);
AT(limn_job, inputs, 112);
AT(limn_job, input_count, 120);
AT(limn_job, dropped, 128);
AT(limn_job, dropped_count, 136);

SIZE(limn_gateway, 72);
AT(limn_gateway, struct_size, 0);
AT(limn_gateway, reserved, 4);
AT(limn_gateway, name, 8);
AT(limn_gateway, base_url, 24);
AT(limn_gateway, model, 40);
AT(limn_gateway, settings, 56);
AT(limn_gateway, setting_count, 64);

SIZE(limn_part, 80);
AT(limn_part, struct_size, 0);
AT(limn_part, kind, 4);
AT(limn_part, text, 8);
AT(limn_part, input, 24);
AT(limn_part, reserved, 28);
AT(limn_part, name, 32);
AT(limn_part, filename, 48);
AT(limn_part, media_type, 64);

SIZE_AT_1_0(limn_request, 80);
AT(limn_request, struct_size, 0);
AT(limn_request, flags, 4);
AT(limn_request, method, 8);
AT(limn_request, path, 24);
AT(limn_request, headers, 40);
AT(limn_request, header_count, 48);
AT(limn_request, body, 56);
AT(limn_request, reserved, 60);
AT(limn_request, parts, 64);
AT(limn_request, part_count, 72);
#if LIMN_ABI_MINOR >= 1
AT(limn_request, target, 80);
SIZE(limn_request, 96);
#endif

SIZE(limn_step_sink, 40);
AT(limn_step_sink, struct_size, 0);
AT(limn_step_sink, reserved, 4);
AT(limn_step_sink, context, 8);
AT(limn_step_sink, send, 16);
AT(limn_step_sink, wait, 24);
AT(limn_step_sink, finish, 32);

SIZE(limn_event, 64);
AT(limn_event, struct_size, 0);
AT(limn_event, kind, 4);
AT(limn_event, http_status, 8);
AT(limn_event, format, 12);
AT(limn_event, headers, 16);
AT(limn_event, header_count, 24);
AT(limn_event, content, 32);
AT(limn_event, event_name, 48);

SIZE_AT_1_0(limn_image, 40);
AT(limn_image, struct_size, 0);
AT(limn_image, reserved, 4);
AT(limn_image, content, 8);
AT(limn_image, revised_prompt, 24);
#if LIMN_ABI_MINOR >= 1
AT(limn_image, preview_number, 40);
SIZE(limn_image, 48);
#endif

SIZE(limn_usage, 48);
AT(limn_usage, struct_size, 0);
AT(limn_usage, reserved, 4);
AT(limn_usage, input_text_tokens, 8);
AT(limn_usage, input_image_tokens, 16);
AT(limn_usage, output_text_tokens, 24);
AT(limn_usage, output_image_tokens, 32);
AT(limn_usage, total_tokens, 40);

SIZE(limn_result_sink, 48);
AT(limn_result_sink, struct_size, 0);
AT(limn_result_sink, reserved, 4);
AT(limn_result_sink, context, 8);
AT(limn_result_sink, image, 16);
AT(limn_result_sink, partial, 24);
AT(limn_result_sink, usage, 32);
AT(limn_result_sink, note, 40);

SIZE_AT_1_0(limn_provider_v1, 56);
AT(limn_provider_v1, struct_size, 0);
AT(limn_provider_v1, reserved, 4);
AT(limn_provider_v1, describe, 8);
AT(limn_provider_v1, open, 16);
AT(limn_provider_v1, next, 24);
AT(limn_provider_v1, receive, 32);
AT(limn_provider_v1, close, 40);
AT(limn_provider_v1, cancel, 48);
#if LIMN_ABI_MINOR >= 1
AT(limn_provider_v1, terms, 56);
SIZE(limn_provider_v1, 64);

SIZE(limn_terms, 96);
AT(limn_terms, struct_size, 0);
AT(limn_terms, flags, 4);
AT(limn_terms, key_header, 8);
AT(limn_terms, key_scheme, 24);
AT(limn_terms, models_path, 40);
AT(limn_terms, models_list, 56);
AT(limn_terms, models_id, 72);
AT(limn_terms, longest_attempt_ms, 88);

SIZE(limn_terms_sink, 24);
AT(limn_terms_sink, struct_size, 0);
AT(limn_terms_sink, reserved, 4);
AT(limn_terms_sink, context, 8);
AT(limn_terms_sink, tell, 16);
#endif

#endif

#define VALUE(name, value) static_assert((name) == (value), "the value of " #name " changed")

VALUE(LIMN_OK, 0);
VALUE(LIMN_CONTENT, 1);
VALUE(LIMN_BILLING, 2);
VALUE(LIMN_AUTH, 3);
VALUE(LIMN_ACCESS, 4);
VALUE(LIMN_MODEL, 5);
VALUE(LIMN_ENDPOINT, 6);
VALUE(LIMN_SIZE, 7);
VALUE(LIMN_PARAMETER, 8);
VALUE(LIMN_INVALID_REQUEST, 9);
VALUE(LIMN_RATE_LIMITED, 10);
VALUE(LIMN_SERVER, 11);
VALUE(LIMN_UNREACHABLE, 12);
VALUE(LIMN_TLS, 13);
VALUE(LIMN_OUTCOME_UNKNOWN, 14);
VALUE(LIMN_NO_IMAGE, 15);
VALUE(LIMN_BAD_IMAGE, 16);
VALUE(LIMN_CANCELLED, 17);
VALUE(LIMN_NOT_SAVED, 18);
VALUE(LIMN_INTERNAL, 19);
VALUE(LIMN_SETTINGS, 20);
VALUE(LIMN_NOT_FOUND, 21);
VALUE(LIMN_UNSUPPORTED, 22);
VALUE(LIMN_LOG_ERROR, 0);
VALUE(LIMN_LOG_WARNING, 1);
VALUE(LIMN_LOG_INFO, 2);
VALUE(LIMN_LOG_DEBUG, 3);
VALUE(LIMN_INPUT_IMAGE, 0);
VALUE(LIMN_INPUT_MASK, 1);
VALUE(LIMN_PART_TEXT, 0);
VALUE(LIMN_PART_INPUT_BYTES, 1);
VALUE(LIMN_PART_INPUT_BASE64, 2);
VALUE(LIMN_BODY_CONCATENATED, 0);
VALUE(LIMN_BODY_MULTIPART, 1);
VALUE(LIMN_EVENT_HEAD, 0);
VALUE(LIMN_EVENT_MESSAGE, 1);
VALUE(LIMN_EVENT_END, 2);
VALUE(LIMN_FORMAT_JSON, 0);
VALUE(LIMN_FORMAT_TEXT, 1);
VALUE(LIMN_ABI_MAJOR, 1);
VALUE(LIMN_GATEWAY_WITHOUT_KEY, 1);
VALUE(LIMN_CAN_GENERATE, 1);
VALUE(LIMN_CAN_EDIT, 2);
VALUE(LIMN_CAN_MASK, 4);
VALUE(LIMN_CAN_STREAM, 8);
VALUE(LIMN_REQUEST_BILLABLE, 1);
