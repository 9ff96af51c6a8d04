#include "sandbox/refusals/refusals.hpp"

namespace limn::sandbox {

namespace {

constexpr Behaviour k_between[] = {
  {.name = "nginx-405",
   .summary = "405 with a page",
   .refusal =
     {.status = 405,
      .body = "<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n<center><h1>405 "
              "Not Allowed</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"}},
  {.name = "nginx-413",
   .summary = "413 with a page: the request is too large",
   .refusal = {.status = 413,
               .body =
                 "<html>\r\n<head><title>413 Request Entity Too "
                 "Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too "
                 "Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"}},
  {.name = "nginx-502",
   .summary = "502 with a page",
   .refusal =
     {.status = 502,
      .body = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 "
              "Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
      .charge = Charge::possible}},
  {.name = "nginx-503",
   .summary = "503 with a page: too many connections",
   .refusal =
     {.status = 503,
      .body = "<html>\r\n<head><title>503 Service Temporarily "
              "Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily "
              "Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"}},
  {.name = "nginx-500",
   .summary = "500 with a page",
   .refusal = {.status = 500,
               .body =
                 "<html>\r\n<head><title>500 Internal Server "
                 "Error</title></head>\r\n<body>\r\n<center><h1>500 Internal Server "
                 "Error</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
               .charge = Charge::possible}},
  {.name = "cloudflare-520",
   .summary = "520: the origin's answer made no sense",
   .refusal = {.status = 520,
               .body = "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 520: Web "
                       "server is returning an unknown error</title></head><body><h1>Web server is "
                       "returning an unknown error</h1><p>Error code 520</p></body></html>\n",
               .charge = Charge::possible}},
  {.name = "cloudflare-521",
   .summary = "521: the origin refused the connection",
   .refusal = {.status = 521,
               .body =
                 "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 521: Web "
                 "server is down</title></head><body><h1>Web server is down</h1><p>Error code "
                 "521</p></body></html>\n"}},
  {.name = "cloudflare-522",
   .summary = "522: the connection timed out",
   .refusal =
     {.status = 522,
      .body =
        "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 522: Connection timed "
        "out</title></head><body><h1>Connection timed out</h1><p>Error code "
        "522</p></body></html>\n",
      .charge = Charge::possible}},
  {.name = "cloudflare-523",
   .summary = "523: the origin cannot be reached",
   .refusal = {.status = 523,
               .body =
                 "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 523: Origin is "
                 "unreachable</title></head><body><h1>Origin is unreachable</h1><p>Error code "
                 "523</p></body></html>\n"}},
  {.name = "cloudflare-524",
   .summary = "524 with a page: the origin draws for too long",
   .refusal = {.status = 524,
               .body =
                 "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 524: A timeout "
                 "occurred</title></head><body><h1>A timeout occurred</h1><p>Error code "
                 "524</p></body></html>\n",
               .charge = Charge::certain}},
  {.name = "cloudflare-525",
   .summary = "525: no TLS with the origin",
   .refusal = {.status = 525,
               .body = "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 525: SSL "
                       "handshake failed</title></head><body><h1>SSL handshake failed</h1><p>Error "
                       "code 525</p></body></html>\n"}},
  {.name = "cloudflare-526",
   .summary = "526: the origin's certificate is not valid",
   .refusal = {.status = 526,
               .body =
                 "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 526: Invalid "
                 "SSL certificate</title></head><body><h1>Invalid SSL certificate</h1><p>Error "
                 "code 526</p></body></html>\n"}},
  {.name = "cloudflare-527",
   .summary = "527: cut off in between",
   .refusal = {.status = 527,
               .body =
                 "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>gw.example | 527: Railgun "
                 "Listener to Origin Error</title></head><body><h1>Railgun Listener to Origin "
                 "Error</h1><p>Error code 527</p></body></html>\n",
               .charge = Charge::possible}},
  {.name = "cloudflare-challenge",
   .summary = "403 with a page that wants to see a browser",
   .refusal = {.status = 403,
               .body = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a "
                       "moment...</title></head><body></body></html>\n"}},
  {.name = "fastapi-405",
   .summary = "405 {\"detail\":\"Method Not Allowed\"}",
   .refusal = {.status = 405, .body = R"json({"detail":"Method Not Allowed"})json"}},
  {.name = "fastapi-422",
   .summary = "422: a parameter that it does not know",
   .refusal =
     {.status = 422,
      .body =
        R"json({"detail":[{"loc":["body","moderation"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]})json"}},
};

constexpr Behaviour k_shapes[] = {
  {.name = "error-as-string",
   .summary = "402 {\"error\":\"...\"}",
   .refusal = {.status = 402, .body = R"json({"error":"out of credit"})json"}},
  {.name = "error-as-string-in-200",
   .summary = "200 {\"error\":\"...\"}",
   .refusal = {.status = 200, .body = R"json({"error":"Insufficient credits"})json"}},
  {.name = "error-without-code",
   .summary = "429 with a message and nothing else",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"You exceeded your current quota, please check your plan and billing details."}})json"}},
  {.name = "error-code-only",
   .summary = "429 with a code and nothing else",
   .refusal = {.status = 429, .body = R"json({"error":{"code":"insufficient_quota"}})json"}},
  {.name = "error-in-list",
   .summary = "429 [{\"error\":{...}}]",
   .refusal = {.status = 429,
               .body = R"json([{"error":{"message":"x","code":"insufficient_quota"}}])json"}},
  {.name = "error-msg",
   .summary = "400 {\"msg\":\"...\"}",
   .refusal = {.status = 400, .body = R"json({"msg":"余额不足"})json"}},
  {.name = "error-err",
   .summary = "400 {\"err\":\"...\"}",
   .refusal = {.status = 400, .body = R"json({"err":"余额不足"})json"}},
  {.name = "error-error-msg",
   .summary = "400 {\"error_msg\":\"...\"}",
   .refusal = {.status = 400, .body = R"json({"error_msg":"余额不足"})json"}},
  {.name = "error-detail",
   .summary = "400 {\"detail\":\"...\"}",
   .refusal = {.status = 400, .body = R"json({"detail":"Insufficient credits"})json"}},
  {.name = "error-in-header",
   .summary = "400 {\"header\":{\"message\":...}}",
   .refusal = {.status = 400, .body = R"json({"header":{"code":10013,"message":"余额不足"}})json"}},
  {.name = "error-in-response",
   .summary = "400 {\"response\":{\"error\":{...}}}",
   .refusal =
     {.status = 400,
      .body =
        R"json({"response":{"error":{"code":"moderation_blocked","message":"Your request was rejected by the safety system."}}})json",
      .charge = Charge::possible}},
  {.name = "error-in-data",
   .summary = "200 {\"data\":[{\"error\":...}]}",
   .refusal =
     {.status = 200,
      .body =
        R"json({"data":[{"error":{"code":"moderation_blocked","message":"Your request was rejected by the safety system."}}]})json",
      .charge = Charge::possible}},
  {.name = "error-as-text",
   .summary = "403 in plain text",
   .refusal = {.status = 403, .body = "余额不足\n"}},
  {.name = "error-of-odd-words",
   .summary = "400 in words that nobody knows",
   .refusal = {.status = 400,
               .body = R"json({"error":{"message":"Das Malen ist uns heute zu teuer."}})json"}},
};

constexpr Group k_shapes_groups[] = {{"nginx, Cloudflare, FastAPI", k_between},
                                     {"Shapes of an error", k_shapes}};

} // namespace

std::span<const Group> shapes_refusals()
{
  return k_shapes_groups;
}

} // namespace limn::sandbox
