#include "common/answer_reading.hpp"
#include "common/image_answer.hpp"
#include "common/job_fields.hpp"
#include "common/json_body.hpp"
#include "submit_poll/dialect.hpp"

#include <charconv>
#include <utility>

namespace limn::submit_poll {

using plugins::Json;
using plugins::member;
using plugins::text_of;
using plugins::write_field;
using plugins::write_text;

namespace {

// "1024x768"; zeros for anything else, which leaves the size to the server.
std::pair<int, int> edges_of(std::string_view size)
{
  const auto* end = size.data() + size.size();
  std::pair<int, int> edges{0, 0};
  const auto first = std::from_chars(size.data(), end, edges.first);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != 'x') {
    return {0, 0};
  }
  const auto second = std::from_chars(first.ptr + 1, end, edges.second);
  return second.ec == std::errc() && second.ptr == end ? edges : std::pair{0, 0};
}

// With a mask the first image is the one to paint on; else all of them are to be looked at.
void write_inputs(plugins::JsonBody& body, const sdk::Job& job)
{
  auto& json = body.json();
  bool has_mask = false;
  for (const auto& input : job.inputs) {
    has_mask = has_mask || input.role == LIMN_INPUT_MASK;
  }
  bool has_first = false;
  std::vector<std::size_t> references;
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    const auto& input = job.inputs[i];
    if (input.role == LIMN_INPUT_MASK) {
      json.Key("mask_image");
      body.data_url(i, input);
    } else if (has_mask && !std::exchange(has_first, true)) {
      json.Key("init_image");
      body.data_url(i, input);
    } else {
      references.push_back(i);
    }
  }
  if (references.empty()) {
    return;
  }
  json.Key("ref_images");
  json.StartArray();
  for (const auto i : references) {
    body.data_url(i, job.inputs[i]);
  }
  json.EndArray();
}

sdk::Request submit_request(const sdk::Job& job)
{
  plugins::JsonBody body;
  auto& json = body.json();
  json.StartObject();
  write_text(json, "prompt", job.prompt);
  if (const auto [width, height] = edges_of(job.size); width > 0 && height > 0) {
    write_field(json, {"width", width});
    write_field(json, {"height", height});
  }
  write_field(json, {"batch_count", 1});
  if (!job.output_format.empty()) {
    write_text(json, "output_format", job.output_format);
  }
  if (job.output_compression) {
    write_field(json, {"output_compression", *job.output_compression});
  }
  write_inputs(body, job);
  json.EndObject();
  auto request = sdk::Request::json("/img_gen", {});
  request.headers.emplace_back("Accept", "application/json");
  request.billable = true;
  request.parts = body.take();
  return request;
}

class SdcppJobs : public Dialect
{
public:
  SdcppJobs(sdk::Host host, sdk::Request submit) : m_host(host), m_submit(std::move(submit)) {}

  sdk::Request submit() const override { return m_submit; }
  std::string job_path(std::string_view id) const override { return "/jobs/" + std::string(id); }

  JobState state_of(const Json& message) const override
  {
    const auto status = text_of(member(&message, "status"));
    const auto position = plugins::count_of(member(&message, "queue_position")).value_or(0);
    const bool is_over = status == "completed" || status == "failed" || status == "cancelled";
    JobState state{std::string(text_of(member(&message, "id"))), !is_over,
                   status.empty() ? "accepted" : std::string(status)};
    if (status == "queued" && position > 0) {
      state.words += ", " + std::to_string(position) + " before it";
    }
    return state;
  }

  void read(const sdk::Event& event, const Json& message, sdk::Results& results) override
  {
    const auto* result = member(&message, "result");
    if (plugins::is_success(event)) {
      std::vector<plugins::FoundImage> images;
      plugins::add_images(member(result, "images"), images);
      for (const auto& image : images) {
        results.image(image.content);
        m_has_image = true;
      }
    }
    if (m_has_image) {
      if (result) { // not in what follows the images
        plugins::note_echoes(*result, {"output_format"}, results);
      }
      return;
    }
    m_host.throw_if_failure(event);
    const auto status = text_of(member(&message, "status"));
    if (status == "failed" || status == "cancelled") {
      plugins::throw_unclassified(message);
    }
  }

  bool has_image() const override { return m_has_image; }

  void judge_end(const sdk::Event& event) const override
  {
    if (!plugins::is_success(event)) {
      m_host.throw_if_failure(event);
      throw sdk::Failure(LIMN_SERVER, "HTTP " + std::to_string(event.http_status));
    }
    plugins::throw_no_image({});
  }

  void begin_answer() override {}

private:
  sdk::Host m_host;
  sdk::Request m_submit;
  bool m_has_image = false;
};

} // namespace

std::unique_ptr<Dialect> sdcpp_jobs(sdk::Host host, const sdk::Job& job)
{
  return std::make_unique<SdcppJobs>(host, submit_request(job));
}

} // namespace limn::submit_poll
