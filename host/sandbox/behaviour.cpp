#include "sandbox/behaviour.hpp"

#include "sandbox/answer_forms.hpp"
#include "sandbox/refusals/refusals.hpp"

#include <array>
#include <charconv>
#include <vector>

namespace limn::sandbox {

namespace {

constexpr int k_max_milliseconds = 600'000;
constexpr int k_max_kilobytes = 400'000;

constexpr std::array<std::string_view, 4> k_parameters_some_gateways_lack = {
  "quality", "background", "moderation", "output_format"};

constexpr std::string_view k_rate_limit_body =
  R"json({"error":{"message":"Rate limit reached for %model% (for limit gpt-image) in organization org-sandbox on input-images per min: Limit 5, Used 5, Requested 1.","type":"input-images","param":null,"code":"rate_limit_exceeded"}})json";

constexpr std::string_view k_moderation_body =
  R"json({"error":{"message":"Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID %request_id%. safety_violations=[sexual].","type":"image_generation_user_error","param":null,"code":"moderation_blocked","moderation_details":{"moderation_stage":"input","categories":["sexual"]}}})json";

constexpr std::string_view k_late_moderation_body =
  R"json({"error":{"message":"Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID %request_id%. safety_violations=[violence].","type":"image_generation_user_error","param":null,"code":"moderation_blocked","moderation_details":{"moderation_stage":"output","categories":["violence"]}}})json";

constexpr std::string_view k_server_error_body =
  R"json({"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}})json";

constexpr std::string_view k_web_page =
  "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>limn "
  "sandbox</title></head>"
  "<body><h1>limn sandbox</h1><p>This is the web page of a gateway, not its API: the API is below "
  "/v1.</p></body></html>\n";

constexpr Behaviour k_ordinary[] = {
  {.name = "ok", .summary = "draws what is asked for, as api.openai.com does, but always a PNG"},
};

constexpr Behaviour k_money[] = {
  {.name = "billing-400",
   .summary = "400 billing_hard_limit_reached, as api.openai.com",
   .refusal =
     {.status = 400,
      .body =
        R"json({"error":{"message":"Billing hard limit has been reached.","type":"billing_limit_user_error","param":null,"code":"billing_hard_limit_reached"}})json"}},
  {.name = "billing-402",
   .summary = "402 Insufficient Balance",
   .refusal =
     {.status = 402,
      .body =
        R"json({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})json"}},
  {.name = "quota-429",
   .summary = "429 insufficient_quota: billing, not a rate limit",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})json"}},
  {.name = "quota-403",
   .summary = "403 insufficient_user_quota, in Chinese, as new-api",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.21 (request id: %request_id%)","type":"new_api_error","param":"","code":"insufficient_user_quota"}})json"}},
  {.name = "quota-200",
   .summary = "200 with an error object inside, as old one-api",
   .refusal =
     {.status = 200,
      .body =
        R"json({"error":{"message":"user quota is not enough","type":"one_api_error","param":"","code":"insufficient_user_quota"}})json"}},
  {.name = "base-resp-200",
   .summary = "200 with base_resp.status_code 1008: no balance",
   .refusal =
     {.status = 200,
      .body = R"json({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})json"}},
};

constexpr Behaviour k_access[] = {
  {.name = "unauthorized",
   .summary = "401 on every path",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"Incorrect API key provided: %masked_key%. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})json",
      .scope = Scope::everything}},
  {.name = "echo-key",
   .summary = "401 whose message repeats the whole key that was sent",
   .refusal =
     {.status = 401,
      .body =
        R"json({"error":{"message":"Incorrect API key provided: %key%","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})json",
      .scope = Scope::everything}},
  {.name = "unverified",
   .summary = "403: the organisation must be verified",
   .refusal =
     {.status = 403,
      .body =
        R"json({"error":{"message":"Your organization must be verified to use the model `%model%`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization. If you just verified, it can take up to 15 minutes for access to propagate.","type":"invalid_request_error","param":null,"code":null}})json"}},
  {.name = "no-auth",
   .summary = "answers without a key, as a local server",
   .key_check = KeyCheck::none},
  {.name = "redirect",
   .summary = "307 on every path, to `ok`",
   .refusal = {.status = 307,
               .body = "<html><head><title>307 Temporary Redirect</title></head></html>\n",
               .header = "Location: %origin%/ok%path%",
               .scope = Scope::everything}},
};

constexpr Behaviour k_models[] = {
  {.name = "no-models-list", .summary = "404 on /models; draws", .listing = Listing::absent},
  {.name = "model-not-listed",
   .summary = "a list without gpt-image-2; 404 model_not_found when asked to draw",
   .refusal =
     {.status = 404,
      .body =
        R"json({"error":{"message":"The model '%model%' does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})json"},
   .listing = Listing::without_the_model},
  {.name = "vendor-prefix",
   .summary = "lists and takes openai/gpt-image-2",
   .model_prefix = "openai/"},
  {.name = "no-channel-503",
   .summary = "503 model_not_found, in Chinese, as new-api without a channel",
   .refusal =
     {.status = 503,
      .body =
        R"json({"error":{"message":"分组 default 下模型 %model% 无可用渠道（distributor） (request id: %request_id%)","type":"new_api_error","param":"","code":"model_not_found"}})json"}},
  {.name = "no-images-endpoint",
   .summary = "404 Invalid URL on /images; draws through /responses",
   .endpoints = Endpoints::responses_only},
  {.name = "no-responses-endpoint",
   .summary = "404 Invalid URL on /responses; draws through /images",
   .endpoints = Endpoints::images_only},
  {.name = "html-200",
   .summary = "200 with a web page on every path",
   .refusal = {.status = 200, .body = k_web_page, .scope = Scope::everything}},
  {.name = "size-1024-only",
   .summary = "400 for every size but 1024x1024",
   .only_size = "1024x1024"},
  {.name = "unknown-parameter",
   .summary = "400 unknown_parameter for quality, background, moderation, output_format",
   .unknown_parameters = k_parameters_some_gateways_lack},
};

constexpr Behaviour k_overload[] = {
  {.name = "moderated",
   .summary = "400 moderation_blocked, before anything is drawn",
   .refusal = {.status = 400, .body = k_moderation_body, .charge = Charge::possible}},
  {.name = "moderated-output",
   .summary = "400 moderation_blocked, after the image was drawn",
   .refusal = {.status = 400, .body = k_late_moderation_body, .charge = Charge::certain}},
  {.name = "rate-limited",
   .summary = "429 with Retry-After: 1 for the first request of each key, then draws",
   .refusal = {.status = 429,
               .body = k_rate_limit_body,
               .header = "Retry-After: 1",
               .times = Times::once_per_key}},
  {.name = "retry-after-date",
   .summary = "the same with a date two seconds ahead",
   .refusal = {.status = 429,
               .body = k_rate_limit_body,
               .header = "Retry-After: %in_two_seconds%",
               .times = Times::once_per_key}},
  {.name = "retry-after-ms",
   .summary = "the same with retry-after-ms: 300",
   .refusal = {.status = 429,
               .body = k_rate_limit_body,
               .header = "Retry-After: 60\nretry-after-ms: 300",
               .times = Times::once_per_key}},
  {.name = "rate-limited-words",
   .summary = "the same without a header; the message says: try again in 1.2s",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"Rate limit reached for %model% (for limit gpt-image) in organization org-sandbox on input-images per min: Limit 5, Used 5, Requested 1. Please try again in 1.2s.","type":"input-images","param":null,"code":"rate_limit_exceeded"}})json",
      .times = Times::once_per_key}},
  {.name = "rate-limited-reset",
   .summary = "the same; x-ratelimit-reset-input-images: 240ms, and none of them remain",
   .refusal = {.status = 429,
               .body = k_rate_limit_body,
               .header =
                 "x-ratelimit-remaining-input-images: 0\nx-ratelimit-reset-input-images: "
                 "240ms\nx-ratelimit-remaining-requests: 7\nx-ratelimit-reset-requests: 1m0s",
               .times = Times::once_per_key}},
  {.name = "should-not-retry",
   .summary = "429 with Retry-After: 1 and x-should-retry: false, always",
   .refusal = {.status = 429,
               .body = k_rate_limit_body,
               .header = "Retry-After: 1\nx-should-retry: false"}},
  {.name = "rate-limited-long",
   .summary = "429 with Retry-After: 3600, always",
   .refusal = {.status = 429, .body = k_rate_limit_body, .header = "Retry-After: 3600"}},
  {.name = "five-a-minute",
   .summary = "429 to more than 5 images within a minute; five-a-minute-800 within 800 ms",
   .refusal =
     {.status = 429,
      .body =
        R"json({"error":{"message":"Rate limit reached for %model% (for limit gpt-image) in organization org-sandbox on input-images per min: Limit 5, Used 5, Requested 1. Please try again in %seconds_left%s.","type":"input-images","param":null,"code":"rate_limit_exceeded"}})json"},
   .number = Number::window,
   .default_number = 60'000,
   .images_in_window = 5},
  {.name = "budget-used-up",
   .summary = "draws, and says that none of 5 images remain for the next 700ms",
   .drawn_header = "x-ratelimit-limit-input-images: 5\nx-ratelimit-remaining-input-images: "
                   "0\nx-ratelimit-reset-input-images: 700ms"},
  {.name = "requests-used-up",
   .summary = "draws, and says that no request remains for the next hour",
   .drawn_header = "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: "
                   "0\nx-ratelimit-reset-requests: 1h0m0s"},
  {.name = "server-500",
   .summary = "500 server_error",
   .refusal = {.status = 500, .body = k_server_error_body}},
  {.name = "late-error",
   .summary = "the same after the time that drawing takes; late-error-250 after 250 milliseconds",
   .refusal = {.status = 500, .body = k_server_error_body, .charge = Charge::possible},
   .number = Number::milliseconds,
   .default_number = 12'000},
  {.name = "gateway-504",
   .summary = "504 with the page of a reverse proxy; the image is drawn and lost",
   .refusal =
     {.status = 504,
      .body =
        "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 "
        "Gateway Time-out</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
      .charge = Charge::certain}},
  {.name = "gateway-524",
   .summary = "524 in plain text, as a content network; the image is drawn and lost",
   .refusal = {.status = 524, .body = "error code: 524", .charge = Charge::certain}},
};

constexpr Behaviour k_connections[] = {
  {.name = "slow",
   .summary = "waits before it answers; slow-250 waits 250 milliseconds",
   .number = Number::milliseconds,
   .default_number = 1000},
  {.name = "hang-up",
   .summary = "reads the request, then closes the connection",
   .wire = Wire::hang_up},
  {.name = "cut-mid-image",
   .summary = "closes in the middle of the image, below the announced length",
   .wire = Wire::cut},
  {.name = "cut-mid-image-chunked",
   .summary = "the same in a chunked answer",
   .wire = Wire::cut_chunked},
  {.name = "keep-alive-whitespace",
   .summary = "blank lines while it draws, then the JSON",
   .wire = Wire::blank_lines_first},
  {.name = "keep-alive-then-error",
   .summary = "200 and blank lines, then an error object",
   .refusal = {.status = 200, .body = k_server_error_body},
   .wire = Wire::blank_lines_first},
};

int limit_of(Number number)
{
  return number == Number::megabytes ? k_max_kilobytes : k_max_milliseconds;
}

// The number after "NAME-", or nothing if the segment is not of that form.
std::optional<int> number_in(std::string_view segment, const Behaviour& row)
{
  if (row.number == Number::none || !segment.starts_with(row.name)
      || segment.size() <= row.name.size() + 1 || segment[row.name.size()] != '-') {
    return std::nullopt;
  }
  const std::string_view digits = segment.substr(row.name.size() + 1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const double number = row.number == Number::megabytes ? value * 1000 : value;
  if (error != std::errc() || end != digits.data() + digits.size() || !(number >= 1)
      || number > limit_of(row.number)) {
    return std::nullopt;
  }
  return static_cast<int>(number);
}

} // namespace

std::span<const Group> behaviour_groups()
{
  static const std::vector<Group> groups = [] {
    std::vector<Group> all{
      {"As it should be", k_ordinary},       {"Money", k_money},
      {"Keys and access", k_access},         {"Models, endpoints, parameters", k_models},
      {"Refusals and overload", k_overload}, {"Connections", k_connections}};
    for (const auto more : {answer_forms(), openai_refusals(), relays_refusals(),
                            gateways_refusals(), shapes_refusals()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return groups;
}

std::optional<ChosenBehaviour> find_behaviour(std::string_view segment)
{
  for (const auto& group : behaviour_groups()) {
    for (const Behaviour& row : group.rows) {
      if (segment == row.name) {
        return ChosenBehaviour{&row, row.default_number};
      }
      if (const auto number = number_in(segment, row)) {
        return ChosenBehaviour{&row, *number};
      }
    }
  }
  return std::nullopt;
}

} // namespace limn::sandbox
