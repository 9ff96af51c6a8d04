#include "sandbox/refusals/refusals.hpp"

namespace limn::sandbox {

namespace {

constexpr Behaviour k_requests[] = {
  {.name = "openai-content-policy",
   .summary = "400 content_policy_violation",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Your request was rejected as a result of our safety system.","type":"invalid_request_error","param":null,"code":"content_policy_violation"}})json",
      .charge = Charge::possible}},
  {.name = "content-451",
   .summary = "451: unavailable for legal reasons",
   .refusal =
     {.status = 451,
      .body =
        R"json({"error":{"message":"unavailable for legal reasons","type":null,"param":null,"code":null}})json",
      .charge = Charge::possible}},
  {.name = "openai-invalid-value",
   .summary = "400 invalid_value for the quality",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Invalid value: 'standard'. Supported values are: 'low', 'medium', 'high', and 'auto'.","type":"image_generation_user_error","param":"quality","code":"invalid_value"}})json"}},
  {.name = "openai-input-fidelity",
   .summary = "400 invalid_input_fidelity_model",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"The model '%model%' does not support the 'input_fidelity' parameter.","type":"image_generation_user_error","param":"input_fidelity","code":"invalid_input_fidelity_model"}})json"}},
  {.name = "openai-size",
   .summary = "400 for every size, as gpt-image-1 words it",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Invalid value: '2048x1152'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'.","type":"invalid_request_error","param":"size","code":"invalid_value"}})json"}},
  {.name = "openai-mimetype",
   .summary = "400 unsupported_file_mimetype",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Invalid file 'image': unsupported mimetype ('application/octet-stream'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.","type":"invalid_request_error","param":"image[0]","code":"unsupported_file_mimetype"}})json"}},
  {.name = "openai-no-key",
   .summary = "401: no key arrived, on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).","type":"invalid_request_error","param":null,"code":null}})json",
      .scope = Scope::everything}},
  {.name = "openai-ip-401",
   .summary = "401: the address is not allowed",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"Your IP is not authorized to use this key.","type":"invalid_request_error","param":null,"code":null}})json"}},
  {.name = "openai-country",
   .summary = "403 unsupported_country_region_territory",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","param":null,"code":"unsupported_country_region_territory"}})json"}},
  {.name = "openai-project-model",
   .summary = "403: the project may not use the model",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"Project `proj_1` does not have access to model `%model%`","type":"invalid_request_error","param":null,"code":"model_not_found"}})json"}},
  {.name = "openai-model-404",
   .summary = "404 model_not_found",
   .refusal =
     {.status = 404,
      .body =
        R"json({"error":{"message":"The model '%model%' does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})json"}},
  {.name = "openai-invalid-url",
   .summary = "404 Invalid URL, on every generation path",
   .refusal =
     {.status = 404,
      .body =
        R"json({"error":{"message":"Invalid URL (POST /v1/images/generations)","type":"invalid_request_error","param":null,"code":null}})json"}},
};

constexpr Behaviour k_limits[] = {
  {.name = "openai-408",
   .summary = "408: request timeout",
   .refusal =
     {.status = 408,
      .body =
        R"json({"error":{"message":"Request timed out","type":"invalid_request_error","param":null,"code":null}})json",
      .charge = Charge::possible}},
  {.name = "openai-409",
   .summary = "409: a lock that another request holds, maybe for the same image",
   .refusal =
     {.status = 409,
      .body =
        R"json({"error":{"message":"Lock timeout","type":"conflict_error","param":null,"code":null}})json",
      .charge = Charge::possible}},
  {.name = "openai-415",
   .summary = "415: wrong Content-Type",
   .refusal =
     {.status = 415,
      .body =
        R"json({"error":{"message":"Unsupported content type","type":"invalid_request_error","param":null,"code":null}})json"}},
  {.name = "openai-billing-words",
   .summary = "400 Billing hard limit, in words only, as older ones",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Billing hard limit has been reached","type":"invalid_request_error","param":null,"code":null}})json"}},
  {.name = "openai-credit",
   .summary = "429 credit_balance_exhausted",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"credit_balance_exhausted"}})json"}},
  {.name = "openai-organization-spend",
   .summary = "429 organization_spend_limit_exceeded",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"organization_spend_limit_exceeded"}})json"}},
  {.name = "openai-project-spend",
   .summary = "429 project_spend_limit_exceeded",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"project_spend_limit_exceeded"}})json"}},
  {.name = "openai-organization-usage",
   .summary = "429 organization_usage_limit_exceeded",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"organization_usage_limit_exceeded"}})json"}},
  {.name = "openai-slow-down",
   .summary = "429 slow_down, without a word on when",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"Slow down","type":"requests","param":null,"code":"slow_down"}})json"}},
  {.name = "openai-image-failed",
   .summary = "500 image_generation_failed",
   .refusal =
     {.status = 500,
      .body =
        R"json({"error":{"message":"An error occurred while processing your request.","type":"image_generation_server_error","param":null,"code":"image_generation_failed"}})json"}},
  {.name = "openai-overloaded",
   .summary = "503 server_is_overloaded",
   .refusal =
     {.status = 503,
      .body =
        R"json({"error":{"message":"The server is overloaded","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}})json"}},
  {.name = "overloaded-529",
   .summary = "529 overloaded_error, as Anthropic and relays in front of it",
   .refusal =
     {.status = 529,
      .body =
        R"json({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})json"}},
};

constexpr Group k_openai_groups[] = {{"api.openai.com: requests and access", k_requests},
                                     {"api.openai.com: limits and faults", k_limits}};

} // namespace

std::span<const Group> openai_refusals()
{
  return k_openai_groups;
}

} // namespace limn::sandbox
