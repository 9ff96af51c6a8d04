#pragma once

#include "sandbox/answer.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace limn::sandbox {

// Would a real gateway charge for a request that ended so?
enum class Charge {
  never,    // stopped at the gate, or the gateway says at once that it failed
  possible, // a model was asked, and drew nothing
  certain,  // drawing began
};

enum class Listing { listed, without_the_model, absent };
enum class Endpoints { both, responses_only, images_only };
enum class KeyCheck { required, none };
enum class Scope { generation, everything };
enum class Times { always, once_per_key };
enum class Content { image, words_only };

// How the image stands in the answer.
enum class ImageText {
  base64,
  data_uri,
  escaped_slashes,
  wrapped,
  url_safe,
  cut_png,
  url,
  url_beside_empty_base64,
  base64_beside_empty_url,
  url_elsewhere,
  url_flaky,
  url_redirected,
};

// Where an answer of /chat/completions holds its image.
enum class Chat {
  images,       // message.images[]
  null_content, // the same beside a content that is null
  markdown,     // in message.content; streamed in pieces of 700 characters
  long_pieces,  // the same; streamed in pieces of 3001 characters
  markdown_url, // the same with an address; streamed in pieces of 7 characters
  bare_url,     // the content is a data URL
  parts,        // message.content[]
  candidates,   // candidates[]..inlineData, as Gemini
  data,         // data[], as /images
  top_images,   // images[] beside no choices
  refusal,      // nowhere: the model declines
  filtered,     // nowhere: finish_reason is content_filter
};

// What becomes of a job that is asked after: it waits, is drawn, and is done at the third question,
// unless it is said otherwise.
enum class Job {
  draws,
  fails,
  unavailable_twice, // 503 with a page, then done
  page_twice,        // 200 with a page
  hangs_up_once,     // the connection of the first question closes
  cuts_once,         // the connection closes in the middle of the image, once
  gone,              // 410
  never_ends,
  elsewhere, // what is to be asked is on another server, it says
};

// What becomes of batches (/files and /batches).
enum class BatchApi {
  quick,   // done at the second question
  slow,    // after a time
  expires, // of three requests one is drawn, one is told to have expired, of one nothing is said
  invalid, // it fails: its first line is none
  refuses_some, // of three requests one
  answer_lost,  // it begins, and the connection closes
  never_begun,  // the connection closes, and it does not
  cuts_once,    // the connection of the results closes in the middle, once
  absent,       // 501 and 404, as new-api
};

// What /images answers with instead of an image in one of OpenAI's forms.
enum class Instead {
  nothing,
  job,           // an id, as APIMart; asked after at /v1/tasks
  told_job,      // an id and an address that lies outside of the base URL, as sub2api
  lost_job,      // an id that no place knows
  failed_job,    // a job that fails
  vendor_urls,   // data.image_urls[], as MiniMax
  vendor_events, // image_generation.partial_succeeded with an address, as Seedream
};

// What /responses insists on.
enum class Insists { nothing, as_codex };

enum class Wire { plain, hang_up, cut, cut_chunked, blank_lines_first };

enum class Streaming {
  when_asked,
  always,
  never,
  crlf,                // always, with CRLF line ends and comments
  odd,                 // always, in forms that are legal and rare
  incomplete,          // the closing event leaves the image out
  error_at_end,        // an error event instead of the image
  error_unnamed,       // the body of the refusal in an event without a name, instead of the image
  error_after_partial, // a partial image, then an error event
  ends_too_early,      // a partial image, then nothing
};

enum class Number { none, milliseconds, megabytes, window }; // megabytes are kept as kilobytes

// A fixed answer instead of an image. Status 0: there is none. `body` and `header` ("Name: value",
// several of them in lines) may hold the placeholders %key% %masked_key% %model% %request_id%
// %origin% %path% %in_two_seconds% (an HTTP date) %two_seconds_ahead% (a timestamp) %seconds_left%
// (of the window).
struct Refusal {
  int status = 0;
  std::string_view body;
  std::string_view header;
  Charge charge = Charge::never;
  Scope scope = Scope::generation;
  Times times = Times::always;
};

// One row: what the gateway at /NAME/v1 does. What a row does not mention is as in `ok`.
struct Behaviour {
  std::string_view name;
  std::string_view summary;
  Refusal refusal;
  Listing listing = Listing::listed;
  Endpoints endpoints = Endpoints::both;
  KeyCheck key_check = KeyCheck::required;
  Content content = Content::image;
  ImageText image_text = ImageText::base64;
  Wire wire = Wire::plain;
  Streaming streaming = Streaming::when_asked;
  Chat chat = Chat::images;
  Job job = Job::draws;
  Instead instead = Instead::nothing;
  BatchApi batches = BatchApi::quick;
  Insists insists = Insists::nothing;
  std::string_view only_size;                           // refuses all others
  std::span<const std::string_view> unknown_parameters; // that others know
  std::string_view model_prefix;                        // of the models it lists and takes
  Number number = Number::none;                         // /NAME-30/v1 sets it
  int default_number = 0;
  int images_in_window = 0; // Number::window, in milliseconds: more are refused, with `refusal`
  int drawn_status = 200;   // of an answer with an image
  std::string_view drawn_header; // as in a refusal, beside an image
};

// Those that belong together, under a heading.
struct Group {
  std::string_view name;
  std::span<const Behaviour> rows;
};

std::span<const Group> behaviour_groups();

struct ChosenBehaviour {
  const Behaviour* row;
  int number; // of "slow-250"; the row's default otherwise
};

// The behaviour of that path segment, or nothing.
std::optional<ChosenBehaviour> find_behaviour(std::string_view segment);

} // namespace limn::sandbox
