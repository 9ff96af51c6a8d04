#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;
using namespace std::chrono_literals;

namespace {

void add_answers(Rows& rows)
{
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Unknown parameter: 'response_format'.","type":"invalid_request_error","param":"response_format","code":"unknown_parameter"}})~")
    .param("response_format");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Unknown parameter: 'response_format'.","type":"invalid_request_error","param":null,"code":null}})~")
    .param("response_format");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Unknown parameter: 'tools[0].n'.","type":"invalid_request_error","param":"tools[0].n","code":"unknown_parameter"}})~")
    .param("n");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Unknown parameter: 'tools[0].n'.","type":"invalid_request_error","param":"tools","code":"unknown_parameter"}})~")
    .param("n");
  rows
    .add(
      400, endpoint,
      R"~({"error":{"message":"Unknown parameter: 'tools'.","type":"invalid_request_error","param":"tools","code":"unknown_parameter"}})~")
    .param("tools");
  rows.add(
    400, endpoint,
    R"~({"error":{"message":"Invalid value: 'image_generation'. Supported values are: 'function'.","param":"tools[0].type","code":"invalid_value"}})~");
  rows.add(
    400, model,
    R"~({"error":{"message":"Invalid value: 'gpt-image-2'. Value must be 'dall-e-2'.","param":"model","code":"invalid_value"}})~");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Unrecognized request argument supplied: style","type":"invalid_request_error","param":null,"code":null}})~")
    .param("style");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"The model 'gpt-image-2' does not support the 'input_fidelity' parameter.","type":"image_generation_user_error","param":"input_fidelity","code":"invalid_input_fidelity_model"}})~")
    .param("input_fidelity");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"The model 'gpt-image-2' does not support the 'input_fidelity' parameter.","type":"image_generation_user_error","param":"tools","code":"invalid_input_fidelity_model"}})~")
    .param("input_fidelity");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"The model 'gpt-image-2' does not support the 'style' parameter.","type":"image_generation_user_error"}})~")
    .param("style");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Transparent background is not supported for this model.","type":"image_generation_user_error","param":"tools","code":null}})~")
    .param("background");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Transparent background is not supported for JPEG output format","type":"image_generation_user_error","param":"background","code":"invalid_value"}})~")
    .param("background");
  rows
    .add(
      400, parameter,
      R"~({"error":{"message":"Streaming must have non-zero partial images.","type":"image_generation_user_error","param":"tools","code":null}})~")
    .param("partial_images");
  rows
    .add(
      400, invalid_request,
      R"~({"error":{"message":"Invalid value: 'standard'. Supported values are: 'low', 'medium', 'high', and 'auto'.","type":"image_generation_user_error","param":"quality","code":"invalid_value"}})~")
    .param("quality");
  rows.add(
    400, invalid_request,
    R"~({"error":{"message":"Unknown parameter.","type":"invalid_request_error","param":null,"code":"unknown_parameter"}})~");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"Invalid size '1792x936'. Width and height must both be divisible by 16.","type":"image_generation_user_error","param":"size","code":"invalid_value"}})~")
    .param("size");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"Invalid size '4096x2048'. The longest edge must be less than or equal to 3840.","type":"image_generation_user_error","param":"tools","code":"invalid_value"}})~")
    .param("size");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"Requested resolution is below the current minimum pixel budget."}})~")
    .param("size");
  rows
    .add(400, size,
         R"~({"error":{"message":"Requested resolution exceeds the current pixel budget."}})~")
    .param("size");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"Invalid value: '2048x1152'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'.","param":null,"code":null}})~")
    .param("size");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"'2048x1024' is not one of ['256x256', '512x512', '1024x1024'] - 'size'","param":null,"code":null}})~")
    .param("size");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"something else","param":"tools[0].size","code":"invalid_value"}})~")
    .param("size");
  rows.add(
    400, content,
    R"~({"error":{"message":"Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID req_1. safety_violations=[sexual].","type":"image_generation_user_error","param":null,"code":"moderation_blocked"}})~");
  rows.add(
    400, content,
    R"~({"error":{"message":"Your request was rejected as a result of our safety system.","type":"invalid_request_error","code":"content_policy_violation"}})~");
  rows.add(
    400, content,
    R"~({"error":{"message":"Your request was rejected as a result of our safety system.","type":"invalid_request_error","code":null}})~");
  rows.add(451, content, R"~({"error":{"message":"unavailable for legal reasons"}})~");
  rows.add(
    400, billing,
    R"~({"error":{"message":"Billing hard limit has been reached.","type":"billing_limit_user_error","param":null,"code":"billing_hard_limit_reached"}})~");
  rows.add(
    400, billing,
    R"~({"error":{"message":"Billing hard limit has been reached","type":"invalid_request_error","param":null,"code":null}})~");
  rows
    .add(
      400, invalid_request,
      R"~({"error":{"message":"Invalid file 'image': unsupported mimetype ('application/octet-stream'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.","type":"invalid_request_error","param":"image[0]","code":"unsupported_file_mimetype"}})~")
    .param("image[0]");
  rows.add(
    400, invalid_request,
    R"~({"error":{"message":"Error while downloading file. Upstream status code: 407.","type":"invalid_request_error","code":"invalid_value"}})~");
  rows.add(
    401, auth,
    R"~({"error":{"message":"Incorrect API key provided: sk-abcde****wxyz. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})~");
  rows.add(
    401, auth,
    R"~({"error":{"message":"You didn't provide an API key.","type":"invalid_request_error","param":null,"code":null}})~");
  rows.add(401, auth, "");
  rows.add(
    403, access,
    R"~({"error":{"message":"Your organization must be verified to use the model `gpt-image-1`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization...","type":"invalid_request_error","param":null,"code":null}})~");
  rows.add(
    403, access,
    R"~({"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported","param":null,"type":"request_forbidden"}})~");
  rows.add(
    403, access,
    R"~({"error":{"message":"Project `proj_1` does not have access to model `gpt-image-2`","type":"invalid_request_error","param":null,"code":"model_not_found"}})~");
  rows.add(
    403, access,
    R"~({"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read"}})~");
  rows.add(
    404, model,
    R"~({"error":{"message":"The model 'x' does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})~");
  rows.add(
    404, model,
    R"~({"error":{"message":"The model `x` does not exist","type":"invalid_request_error","param":null,"code":null}})~");
  rows.add(
    404, endpoint,
    R"~({"error":{"message":"Invalid URL (POST /v1/models/x)","type":"invalid_request_error","param":null,"code":null}})~");
  rows.add(404, endpoint, "404 page not found");
  rows.add(404, endpoint, "");
  rows.add(405, endpoint, R"~({"detail":"Method Not Allowed"})~");
  rows.add(405, endpoint, "<html><head><title>405 Not Allowed</title></head></html>");
  rows.add(408, outcome_unknown, R"~({"error":{"message":"Request timed out"}})~");
  rows.add(409, outcome_unknown, R"~({"error":{"message":"lock timeout"}})~");
  rows.add(413, invalid_request,
           "<html><head><title>413 Request Entity Too Large</title></head></html>");
  rows.add(415, invalid_request, R"~({"error":{"message":"wrong media type"}})~");
  rows
    .add(422, invalid_request,
         R"~({"detail":[{"loc":["body","prompt"],"msg":"Field required","type":"missing"}]})~")
    .param("prompt");
  rows
    .add(
      422, size,
      R"~({"detail":[{"loc":["body","size"],"msg":"Input should be '1024x1024'","type":"enum"}]})~")
    .param("size");
  rows
    .add(
      422, parameter,
      R"~({"detail":[{"loc":["body","moderation"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]})~")
    .param("moderation");
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"message":"Rate limit reached for gpt-image-2 (for limit gpt-image) in organization org-1 on input-images per min: Limit 5, Used 5, Requested 1. Please try again in 2.4s.","type":"input-images","param":null,"code":"rate_limit_exceeded"}})~")
    .wait(2400ms);
  rows.add(
    429, billing,
    R"~({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})~");
  rows.add(429, billing,
           R"~({"error":{"message":"x","type":"insufficient_quota","param":null,"code":null}})~");
  rows.add(429, billing, R"~({"error":{"message":"x","code":"credit_balance_exhausted"}})~");
  rows.add(429, billing,
           R"~({"error":{"message":"x","code":"organization_spend_limit_exceeded"}})~");
  rows.add(429, billing, R"~({"error":{"message":"x","code":"project_spend_limit_exceeded"}})~");
  rows.add(429, billing,
           R"~({"error":{"message":"x","code":"organization_usage_limit_exceeded"}})~");
  rows.add(429, rate_limited, R"~({"error":{"message":"x","code":"slow_down"}})~");
  rows.add(429, rate_limited, "");
  rows.add(
    429, rate_limited,
    R"~({"error":{"message":"Rate limit reached. Limit: 3 / min. Please add a payment method to your account to increase your rate limit."}})~");
  rows.add(
    500, server,
    R"~({"error":{"message":"The server had an error while processing your request.","type":"server_error","code":"server_error"}})~");
  rows.add(
    500, server,
    R"~({"error":{"message":"Image generation failed","type":"image_generation_server_error","code":"image_generation_failed","param":null}})~");
  rows.add(
    503, server,
    R"~({"error":{"message":"Overloaded","type":"service_unavailable_error","code":"server_is_overloaded"}})~");
  rows.add(503, server, "<html><title>503 Service Temporarily Unavailable</title></html>");
  rows.add(529, server,
           R"~({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})~");
  rows.add(500, outcome_unknown, "Internal Server Error");
  rows.add(
    400, content,
    R"~({"error":{"message":"Your request was rejected by the safety system. safety_violations=[violence].","type":"image_generation_user_error","param":null,"code":"moderation_blocked","moderation_details":{"moderation_stage":"output","categories":["violence"]}}})~");
  rows.add(
    401, auth,
    R"~({"error":{"message":"Your IP is not authorized to use this key.","type":"invalid_request_error","param":null,"code":null}})~");
  rows.add(402, billing, "");
  rows.add(402, billing, R"~({"error":{"message":"Insufficient Balance"}})~")
    .says("Insufficient Balance");
  rows.add(
    403, access,
    R"~({"error":{"message":"This API key may not use the model gpt-image-2.","type":"invalid_request_error","param":null,"code":null}})~");
  rows.add(409, outcome_unknown, "");
  rows.add(412, billing, "");
  rows.add(415, invalid_request, "");
  rows.add(422, unclear, "");
  rows.add(446, content, "");
  rows.add(451, content, "");
  rows.add(501, endpoint, "");
  rows.add(529, server, "");
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"message":"Rate limit reached for gpt-image-2 on requests per min. Please try again in 15ms.","type":"requests","param":null,"code":"rate_limit_exceeded"}})~")
    .wait(15ms);
  rows
    .add(
      429, rate_limited,
      R"~({"error":{"message":"Rate limit reached for gpt-image-2 on tokens per min. Please try again in 1m12s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}})~")
    .wait(72s);
  rows.add(
    500, server,
    R"~({"error":{"message":"An error occurred while processing your request. You can retry your request, or contact us through our help center at help.openai.com if the error persists.","type":"server_error","param":null,"code":null}})~");
  rows
    .add(
      503, server,
      R"~({"error":{"message":"The server is currently overloaded with other requests.","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}})~")
    .header("retry-after", "20")
    .wait(20s);
}

// The request had gone out, and someone on the way lost the answer.
void add_cut_off(Rows& rows)
{
  rows.add(502, outcome_unknown, "<html>\r\n<head><title>502 Bad Gateway</title></head>");
  rows.add(502, outcome_unknown, R"~({"error":{"message":"Provider returned error","code":502}})~");
  rows.add(502, outcome_unknown,
           R"~({"error":{"message":"x","type":"upstream_error","code":"server_error"}})~");
  rows.add(504, outcome_unknown, "<html><title>504 Gateway Time-out</title></html>");
  rows.add(504, outcome_unknown, "");
  rows.add(520, outcome_unknown,
           "<!DOCTYPE html><title>Web server is returning an unknown error</title>");
  rows.add(522, outcome_unknown, "<!DOCTYPE html>");
  rows.add(524, outcome_unknown, "error code: 524");
  rows.add(524, outcome_unknown,
           R"~({"error":{"message":"a timeout occurred","code":"server_error"}})~");
  rows.add(408, outcome_unknown, "<html></html>");
  rows.add(
    500, outcome_unknown,
    R"~({"error":{"message":"context deadline exceeded","type":"new_api_error","code":""}})~");
  rows.add(499, outcome_unknown, "");
  // A code that says why nothing was drawn is worth more than the status that a relay chose for it.
  rows.add(502, billing, R"~({"error":{"message":"x","code":"insufficient_quota"}})~");
  rows.add(502, model, R"~({"error":{"message":"x","code":"model_not_found"}})~");
  rows
    .add(520, outcome_unknown,
         "<!DOCTYPE html><html><head><title>gw.example | 520: Web server is returning an unknown "
         "error</title></head></html>")
    .says("The gateway answered with status 520 and a web page (gw.example | 520: Web server is "
          "returning an unknown error).");
  rows
    .add(521, server,
         "<!DOCTYPE html><html><head><title>gw.example | 521: Web server is "
         "down</title></head></html>")
    .says("The gateway answered with status 521 and a web page (gw.example | 521: Web server is "
          "down).");
  rows
    .add(522, outcome_unknown,
         "<!DOCTYPE html><html><head><title>gw.example | 522: Connection timed "
         "out</title></head></html>")
    .says("The gateway answered with status 522 and a web page (gw.example | 522: Connection timed "
          "out).");
  rows
    .add(523, server,
         "<!DOCTYPE html><html><head><title>gw.example | 523: Origin is "
         "unreachable</title></head></html>")
    .says("The gateway answered with status 523 and a web page (gw.example | 523: Origin is "
          "unreachable).");
  rows
    .add(524, outcome_unknown,
         "<!DOCTYPE html><html><head><title>gw.example | 524: A timeout "
         "occurred</title></head></html>")
    .says("The gateway answered with status 524 and a web page (gw.example | 524: A timeout "
          "occurred).");
  rows
    .add(525, server,
         "<!DOCTYPE html><html><head><title>gw.example | 525: SSL handshake "
         "failed</title></head></html>")
    .says("The gateway answered with status 525 and a web page (gw.example | 525: SSL handshake "
          "failed).");
  rows
    .add(526, server,
         "<!DOCTYPE html><html><head><title>gw.example | 526: Invalid SSL "
         "certificate</title></head></html>")
    .says("The gateway answered with status 526 and a web page (gw.example | 526: Invalid SSL "
          "certificate).");
  rows
    .add(527, outcome_unknown,
         "<!DOCTYPE html><html><head><title>gw.example | 527: Railgun Error</title></head></html>")
    .says("The gateway answered with status 527 and a web page (gw.example | 527: Railgun Error).");
  rows
    .add(502, outcome_unknown,
         "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
         "Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>")
    .says("The gateway answered with status 502 and a web page (502 Bad Gateway).");
  // A relay in front of it, which knows no more.
  rows
    .add(
      500, outcome_unknown,
      R"~({"error":{"message":"<html>\r\n<head><title>504 Gateway Time-out</title></head>","type":"upstream_error","param":"","code":""}})~")
    .says("a web page (504 Gateway Time-out)");
}

} // namespace

void add_openai_rows(Rows& rows)
{
  add_answers(rows);
  add_cut_off(rows);
}

} // namespace limn::test
