#include "sandbox/answer_forms.hpp"

namespace limn::sandbox {

namespace {

constexpr Behaviour k_forms[] = {
  {.name = "big",
   .summary = "an image of noise of 30 megabytes; big-1.5 is one of 1.5",
   .number = Number::megabytes,
   .default_number = 30'000},
  {.name = "truncated-png",
   .summary = "whole JSON around half a PNG",
   .image_text = ImageText::cut_png},
  {.name = "data-uri",
   .summary = "a data URL where base64 belongs",
   .image_text = ImageText::data_uri},
  {.name = "escaped-slashes",
   .summary = "base64 with \\/ for every slash",
   .image_text = ImageText::escaped_slashes},
  {.name = "wrapped-base64",
   .summary = "base64 with a line break after every 76 characters",
   .image_text = ImageText::wrapped},
  {.name = "url-safe-base64",
   .summary = "base64 of the URL-safe alphabet, without padding",
   .image_text = ImageText::url_safe},
  {.name = "url-result",
   .summary = "a URL of its own instead of base64",
   .image_text = ImageText::url},
  {.name = "base64-beside-empty-url",
   .summary = "base64, and an empty url and revised_prompt beside it, as new-api's typed answers",
   .image_text = ImageText::base64_beside_empty_url},
  {.name = "url-beside-empty-base64",
   .summary = "a URL, and an empty b64_json beside it",
   .image_text = ImageText::url_beside_empty_base64},
  {.name = "url-elsewhere",
   .summary = "a URL of another origin that is not public",
   .image_text = ImageText::url_elsewhere},
  {.name = "url-flaky",
   .summary = "a URL that answers 503 the first time",
   .image_text = ImageText::url_flaky},
  {.name = "url-redirected",
   .summary = "a URL that redirects to where the image is",
   .image_text = ImageText::url_redirected},
  {.name = "no-image-200",
   .summary = "200 with words and no image",
   .content = Content::words_only},
};

constexpr Behaviour k_events[] = {
  {.name = "sse",
   .summary = "answers with events even if they were not asked for",
   .streaming = Streaming::always},
  {.name = "sse-crlf",
   .summary = "the same with CRLF line ends and comments",
   .streaming = Streaming::crlf},
  {.name = "sse-odd",
   .summary = "the same with CR line ends, several data lines an event, no last blank line",
   .streaming = Streaming::odd},
  {.name = "sse-error",
   .summary = "200 with events, the last of them an error",
   .streaming = Streaming::error_at_end},
  {.name = "sse-error-after-partial",
   .summary = "200 with events: a partial image, then an error",
   .streaming = Streaming::error_after_partial},
  {.name = "sse-ends-too-early",
   .summary = "events that end after a partial image",
   .streaming = Streaming::ends_too_early},
  {.name = "json-not-sse",
   .summary = "plain JSON even if events were asked for",
   .streaming = Streaming::never},
  {.name = "responses-incomplete-output",
   .summary = "/responses ends with an empty output, and the item's status is generating",
   .streaming = Streaming::incomplete},
};

// At /chat/completions only; as `ok` elsewhere.
constexpr Behaviour k_chat[] = {
  {.name = "chat-null-content",
   .summary = "an image in message.images[], beside a content that is null",
   .chat = Chat::null_content},
  {.name = "chat-markdown",
   .summary = "the image as Markdown within words; streamed in 700 characters a piece",
   .chat = Chat::markdown},
  {.name = "chat-long-pieces",
   .summary = "the same; streamed in 3001 characters a piece, which fit together no more",
   .chat = Chat::long_pieces},
  {.name = "chat-markdown-url",
   .summary = "Markdown with an address; streamed in 7 characters a piece",
   .image_text = ImageText::url,
   .chat = Chat::markdown_url},
  {.name = "chat-bare-url", .summary = "a content that is one data URL", .chat = Chat::bare_url},
  {.name = "chat-parts",
   .summary = "a content of parts, one of them the image",
   .chat = Chat::parts},
  {.name = "chat-candidates",
   .summary = "candidates[] with inlineData, as Gemini",
   .chat = Chat::candidates},
  {.name = "chat-data", .summary = "data[], as /images", .chat = Chat::data},
  {.name = "chat-top-images", .summary = "images[] without choices", .chat = Chat::top_images},
  {.name = "chat-refusal",
   .summary = "the model declines in message.refusal",
   .chat = Chat::refusal},
  {.name = "chat-filtered",
   .summary = "finish_reason content_filter, and no image",
   .chat = Chat::filtered},
};

constexpr std::array<std::string_view, 1> k_size = {"size"};
constexpr std::array<std::string_view, 1> k_partial_images = {"partial_images"};

// What relays pass on of other vendors.
constexpr Behaviour k_vendors[] = {
  {.name = "image-job",
   .summary = "/images answers with the id of a job, which is at /tasks",
   .image_text = ImageText::url,
   .instead = Instead::job},
  {.name = "image-job-told",
   .summary = "the same with an address outside of the base URL",
   .image_text = ImageText::url,
   .instead = Instead::told_job},
  {.name = "image-job-lost",
   .summary = "the same with an id that no place knows",
   .image_text = ImageText::url,
   .instead = Instead::lost_job},
  {.name = "image-job-fails",
   .summary = "a job that fails",
   .image_text = ImageText::url,
   .instead = Instead::failed_job},
  {.name = "minimax-urls",
   .summary = "data.image_urls[], as MiniMax",
   .image_text = ImageText::url,
   .instead = Instead::vendor_urls},
  {.name = "seedream-events",
   .summary = "events image_generation.partial_succeeded with an address, as Seedream",
   .image_text = ImageText::url,
   .instead = Instead::vendor_events},
  {.name = "no-size", .summary = "400 for the parameter size", .unknown_parameters = k_size},
  {.name = "no-previews",
   .summary = "400 for the parameter partial_images",
   .unknown_parameters = k_partial_images},
  {.name = "codex-responses",
   .summary = "/responses only, and not without instructions and store: false",
   .endpoints = Endpoints::responses_only,
   .insists = Insists::as_codex},
};

// For jobs only: /responses in the background, and /sdcpp/v1.
constexpr Behaviour k_jobs[] = {
  {.name = "job-fails", .summary = "a job that fails while it is drawn", .job = Job::fails},
  {.name = "job-unavailable",
   .summary = "503 with a page for the first two questions after a job",
   .job = Job::unavailable_twice},
  {.name = "job-page", .summary = "200 with a page for them", .job = Job::page_twice},
  {.name = "job-hangs-up",
   .summary = "the connection of the first question closes",
   .job = Job::hangs_up_once},
  {.name = "job-cut",
   .summary = "the connection closes in the middle of the image, the first time",
   .job = Job::cuts_once},
  {.name = "job-gone", .summary = "410 for every question after a job", .job = Job::gone},
  {.name = "job-never-ends", .summary = "a job that is never done", .job = Job::never_ends},
  {.name = "job-elsewhere",
   .summary = "says that jobs are asked after on another server",
   .job = Job::elsewhere},
};

// For batches only.
constexpr Behaviour k_batches[] = {
  {.name = "batch-slow",
   .summary = "a batch takes its time; batch-slow-3000 takes 3 seconds",
   .batches = BatchApi::slow,
   .number = Number::milliseconds,
   .default_number = 10},
  {.name = "batch-expires",
   .summary = "a third of a batch is drawn before it expires",
   .batches = BatchApi::expires},
  {.name = "batch-invalid",
   .summary = "a batch fails, for its first line",
   .batches = BatchApi::invalid},
  {.name = "batch-refuses-some",
   .summary = "each third request of a batch is refused",
   .batches = BatchApi::refuses_some},
  {.name = "batch-answer-lost",
   .summary = "a batch begins, and the connection closes without an answer",
   .batches = BatchApi::answer_lost},
  {.name = "batch-never-begun",
   .summary = "the connection closes without an answer, and no batch begins",
   .batches = BatchApi::never_begun},
  {.name = "batch-cut",
   .summary = "the connection closes in the middle of a batch's results, the first time",
   .batches = BatchApi::cuts_once},
  {.name = "batch-absent",
   .summary = "501 for files and 404 for batches, as new-api",
   .batches = BatchApi::absent},
};

constexpr Group k_answer_forms[] = {
  {"Forms of the answer", k_forms}, {"Server-sent events", k_events},
  {"Chat completions", k_chat},     {"Jobs", k_jobs},
  {"Batches", k_batches},           {"Other vendors' answers", k_vendors}};

} // namespace

std::span<const Group> answer_forms()
{
  return k_answer_forms;
}

} // namespace limn::sandbox
