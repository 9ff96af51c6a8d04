// What a provider is asked, and what it answers: job, gateway, request, step, event, results.
#pragma once

#include <limn/sdk/values.hpp>

#include <chrono>
#include <cstdint>
#include <variant>

namespace limn::sdk {

// --- Interface ---

// A file of the user's. A request refers to it by its index; the host sends its bytes.
struct Input {
  uint32_t role = LIMN_INPUT_IMAGE;
  std::string media_type;
  std::string filename;
  uint64_t size = 0; // bytes
  uint32_t width = 0;
  uint32_t height = 0;
};

// A copy of the job: keep it as long as you like.
struct Job {
  int count = 1;
  std::string prompt;
  std::string size, quality, background, output_format, moderation; // empty: do not send
  std::optional<int> output_compression;
  std::optional<int> partial_images;
  std::vector<Input> inputs;
  std::vector<std::string> dropped; // parameters that this gateway refused

  explicit Job(const limn_job& job);
  Job() = default;
  bool is_dropped(std::string_view parameter) const;
};

// A copy of the gateway as a provider sees it: never its key.
struct Gateway {
  std::string name, base_url, model;
  std::vector<Pair> settings;

  explicit Gateway(const limn_gateway& gateway);
  Gateway() = default;
  std::optional<std::string> setting(std::string_view key) const;
};

struct Capabilities {
  uint64_t flags = LIMN_CAN_GENERATE;
  uint32_t max_count = 1; // images that one dialogue can ask for
};

// How a gateway is asked where that is not as OpenAI's is: limn_terms in abi.h. The host fills in
// the key.
struct Terms {
  uint32_t flags = 0;                 // LIMN_TERMS_...
  std::string key_header;             // "api-key"; empty: "Authorization: Bearer KEY"
  std::string key_scheme;             // before the key and a blank; empty: nothing
  std::string models_path;            // empty: "/models"
  std::string models_list, models_id; // "models" and "name"; empty: wherever the host knows them
  std::chrono::milliseconds longest_attempt{0}; // how long one may take; 0: as long as any
};

// A piece of a body.
struct Part {
  uint32_t kind = LIMN_PART_TEXT;
  std::string text;                       // LIMN_PART_TEXT
  uint32_t input = 0;                     // the others: index into Job::inputs
  std::string name, filename, media_type; // multipart only
};

// An HTTP request. The host adds authorization, user agent and the gateway's own headers.
struct Request {
  std::string method = "POST";
  std::string path;      // behind the gateway's base URL: "/images/generations"
  bool billable = false; // if the answer is lost, this may still cost money
  std::vector<Pair> headers;
  bool multipart = false;
  std::vector<Part> parts;
  std::string target{}; // instead of `path`: an absolute path or URL of the gateway's own origin

  // A POST of `body` as application/json.
  static Request json(std::string path, std::string body);
};

// What a dialogue wants next.
struct Send {
  Request request;
};
struct Wait {
  std::chrono::milliseconds time;
};
struct Finish {
};
using Step = std::variant<Send, Wait, Finish>;

// Head, message or end of a response; see limn_event in abi.h.
using Event = limn_event;

// Takes what an answer holds, while `receive` runs.
class Results
{
public:
  explicit Results(const limn_result_sink* sink) : m_sink(sink) {}

  // `content` is the string that holds the image: token, base64, data URL or http URL, all alike.
  void image(std::string_view content, std::string_view revised_prompt = {});
  // A preview; `index`: which one of its image, from 0, if the gateway says so.
  void partial(std::string_view content, std::optional<int64_t> index = {});
  void usage(limn_usage usage); // struct_size is set here
  void note(std::string_view key, std::string_view value);

private:
  const limn_result_sink* m_sink;
};

// --- Implementation ---

inline Job::Job(const limn_job& job)
  : count(job.count), prompt(from_abi(job.prompt)), size(from_abi(job.size)),
    quality(from_abi(job.quality)), background(from_abi(job.background)),
    output_format(from_abi(job.output_format)), moderation(from_abi(job.moderation))
{
  if (job.output_compression >= 0) {
    output_compression = job.output_compression;
  }
  if (job.partial_images >= 0) {
    partial_images = job.partial_images;
  }
  for (size_t i = 0; i < job.input_count; ++i) {
    const limn_input& input = *job.inputs[i];
    inputs.push_back({input.role, std::string(from_abi(input.media_type)),
                      std::string(from_abi(input.filename)), input.size, input.width,
                      input.height});
  }
  for (size_t i = 0; i < job.dropped_count; ++i) {
    dropped.emplace_back(from_abi(job.dropped[i]));
  }
}

inline bool Job::is_dropped(std::string_view parameter) const
{
  for (const auto& name : dropped) {
    if (name == parameter) {
      return true;
    }
  }
  return false;
}

inline Gateway::Gateway(const limn_gateway& gateway)
  : name(from_abi(gateway.name)), base_url(from_abi(gateway.base_url)),
    model(from_abi(gateway.model)), settings(copy(gateway.settings, gateway.setting_count))
{
}

inline std::optional<std::string> Gateway::setting(std::string_view key) const
{
  return find(settings, key);
}

inline Request Request::json(std::string path, std::string body)
{
  Request request;
  request.path = std::move(path);
  request.headers = {{"Content-Type", "application/json"}};
  request.parts.push_back({LIMN_PART_TEXT, std::move(body), 0, {}, {}, {}});
  return request;
}

inline void Results::image(std::string_view content, std::string_view revised_prompt)
{
  const limn_image image{sizeof(limn_image), 0, to_abi(content), to_abi(revised_prompt), 0};
  m_sink->image(m_sink->context, &image);
}

inline void Results::partial(std::string_view content, std::optional<int64_t> index)
{
  const auto number = index && *index >= 0 ? static_cast<uint64_t>(*index) + 1 : 0;
  const limn_image image{sizeof(limn_image), 0, to_abi(content), {}, number};
  m_sink->partial(m_sink->context, &image);
}

inline void Results::usage(limn_usage usage)
{
  usage.struct_size = sizeof usage;
  m_sink->usage(m_sink->context, &usage);
}

inline void Results::note(std::string_view key, std::string_view value)
{
  m_sink->note(m_sink->context, to_abi(key), to_abi(value));
}

} // namespace limn::sdk
