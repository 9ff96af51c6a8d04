#include "base/base64.hpp"
#include "fresh_folder.hpp"
#include "serve/edits_request.hpp"
#include "serve/picture_body.hpp"
#include "serve/picture_links.hpp"
#include "serve/responses_request.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using test::content_of;
using test::FreshFolder;

namespace {

struct Wrong {
  std::string json;
  std::string_view param;
  std::string_view code;
};

void check_wrong(const Wrong& row, const Failure& failure)
{
  CAPTURE(row.json);
  CHECK(failure.failure_class == FailureClass::usage);
  CHECK(failure.param == row.param);
  CHECK(failure.code == row.code);
}

std::string data_url(std::string_view bytes)
{
  return "data:image/png;base64," + base64_encode(std::as_bytes(std::span(bytes)));
}

std::string text_of(PictureBody& body)
{
  std::string all;
  for (auto piece = body.next(); !piece.empty(); piece = body.next()) {
    all += piece;
  }
  return all;
}

} // namespace

TEST_CASE("serve: an edit in JSON has its pictures in files of their own, in order")
{
  const FreshFolder folder;
  const std::string large(200'000, 'x'); // of several pieces
  ImageCall call;
  EditInputs inputs(folder.path(), call);
  const auto json =
    fmt::format(R"({{"prompt":"a hat","images":[{{"image_url":"{}"}},{{"image_url":"{}"}}],)"
                R"("mask":{{"image_url":"{}"}},"n":2,"input_fidelity":"high"}})",
                data_url("one"), data_url(large), data_url("mask"));
  REQUIRE(read_edits_request(json, inputs, call));
  REQUIRE(call.inputs.size() == 2);
  REQUIRE(call.mask);
  CHECK(content_of(call.inputs[0].file) == "one");
  CHECK(content_of(call.inputs[1].file) == large);
  CHECK(content_of(call.mask->file) == "mask");
  CHECK(call.inputs[0].sha256
        == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
  CHECK(call.inputs[1].bytes == large.size());
  CHECK(call.wanted.job.prompt == "a hat");
  CHECK(call.wanted.job.count == 2);
  CHECK(call.wanted.dropped == std::vector<std::string>{"input_fidelity"});

  const auto inputs_folder = call.stage->folder();
  CHECK(std::filesystem::exists(inputs_folder));
  call.stage.reset();
  CHECK_FALSE(std::filesystem::exists(inputs_folder));
}

TEST_CASE("serve: an edit that makes no sense")
{
  const auto one = data_url("one");
  const Wrong rows[] = {
    {R"({"prompt":"a"})", "image", "missing_required_parameter"},
    {fmt::format(R"({{"image":"{}"}})", one), "prompt", "missing_required_parameter"},
    {R"({"prompt":"a","image":"https://elsewhere.example/a.png"})", "image", "invalid_image_url"},
    {R"({"prompt":"a","image":"file:///etc/passwd"})", "image", "invalid_image_url"},
    {R"({"prompt":"a","image":"/etc/passwd"})", "image", "invalid_image_url"},
    {R"({"prompt":"a","image":"data:image/png,YQ=="})", "image", "invalid_image_url"},
    {R"({"prompt":"a","image":"data:image/png;base64,Y"})", "image", "invalid_image_url"},
    {R"({"prompt":"a","image":"data:image/png;base64,!!!!"})", "image", "invalid_image_url"},
    {R"({"prompt":"a","image":[[7]]})", "image", "invalid_image_url"},
    {R"({"prompt":"a","images":[{"file_id":"f"}]})", "images", "unsupported_parameter"},
    {fmt::format(R"({{"prompt":"a","image":"{0}","mask":["{0}","{0}"]}})", one), "mask",
     k_too_large},
    {fmt::format(R"({{"prompt":"a","image":"{}","input":"/etc/passwd"}})", one), "input",
     "unknown_parameter"},
    {"[]", "", "invalid_json"},
  };
  for (const auto& row : rows) {
    const FreshFolder folder;
    ImageCall call;
    EditInputs inputs(folder.path(), call);
    const auto wrong = read_edits_request(row.json, inputs, call);
    REQUIRE_FALSE(wrong);
    check_wrong(row, wrong.error());
  }
}

TEST_CASE("serve: fields of a form are read as their values in JSON are")
{
  struct Field {
    std::string_view name;
    std::string_view text;
  };
  const Field fields[] = {{"prompt", "2"},         {"n", "2"},         {"stream", "true"},
                          {"partial_images", "3"}, {"quality", "low"}, {"output_compression", "50"},
                          {"model", "dall-e-2"},   {"user", "me"}};
  ImagesRequest request;
  for (const auto& field : fields) {
    CAPTURE(field.name);
    CHECK(read_form_field(field.name, field.text, request));
  }
  CHECK(request.job.prompt == "2");
  CHECK(request.job.count == 2);
  CHECK(request.job.compression == 50);
  CHECK(request.delivery == Delivery::stream);
  CHECK(request.previews == 3);
  const Field wrong[] = {{"n", "2x"}, {"n", ""}, {"stream", "1"}, {"n", "99999999999999"}};
  for (const auto& field : wrong) {
    CAPTURE(field.text);
    CHECK_FALSE(read_form_field(field.name, field.text, request));
  }
}

TEST_CASE("serve: a response that is a picture")
{
  const FreshFolder folder;
  ImageCall call;
  EditInputs inputs(folder.path(), call);
  const auto json = fmt::format(
    R"({{"model":"gpt-5.5","store":false,"instructions":"Draw.","tool_choice":"required",)"
    R"("input":[{{"role":"system","content":"in oil"}},{{"type":"message","role":"user",)"
    R"("content":[{{"type":"input_text","text":"a hat"}},{{"type":"input_image",)"
    R"("image_url":"{0}"}}]}}],"tools":[{{"type":"image_generation","size":"1024x1024",)"
    R"("partial_images":2,"input_image_mask":{{"image_url":"{0}"}}}}]}})",
    data_url("one"));
  const auto echo = read_responses_request(json, inputs, call);
  REQUIRE(echo);
  CHECK(call.wanted.job.prompt == "in oil\na hat");
  CHECK(call.wanted.job.size == "1024x1024");
  CHECK(call.wanted.previews == 0); // without a stream there are none
  CHECK(call.inputs.size() == 1);
  CHECK(call.mask);
  CHECK(call.wanted.dropped == std::vector<std::string>{"instructions"});
  CHECK(echo->model == "gpt-5.5");
  CHECK(echo->choice == R"("required")");
  CHECK(echo->tool == R"({"type":"image_generation","size":"1024x1024","partial_images":2})");
}

TEST_CASE("serve: a response that is anything else")
{
  const auto with = [](std::string_view more) {
    return fmt::format(R"({{"input":"a","tools":[{{"type":"image_generation"}}],{}}})", more);
  };
  const Wrong rows[] = {
    {R"({"input":"a"})", "tools", "unsupported_parameter"},
    {R"({"tools":[{"type":"image_generation"}]})", "input", "missing_required_parameter"},
    {with(R"("store":true)"), "store", "unsupported_parameter"},
    {with(R"("background":true)"), "background", "unsupported_parameter"},
    {with(R"("previous_response_id":"r")"), "previous_response_id", "unsupported_parameter"},
    {with(R"("tool_choice":"none")"), "tool_choice", "unsupported_parameter"},
    {with(R"("tool_choice":{"type":"web_search"})"), "tool_choice", "unsupported_parameter"},
    {with(R"("reasoning":{})"), "reasoning", "unsupported_parameter"},
    {R"({"input":7,"tools":[{"type":"image_generation"}]})", "input", "invalid_type"},
    {R"({"input":[7],"tools":[{"type":"image_generation"}]})", "input", "unsupported_parameter"},
    {R"({"input":"a","tools":[{"type":"image_generation","n":2}]})", "tools",
     "unsupported_parameter"},
    {R"({"input":"a","tools":[{"type":"image_generation","action":"edit"}]})", "input",
     "missing_required_parameter"},
  };
  for (const auto& row : rows) {
    const FreshFolder folder;
    ImageCall call;
    EditInputs inputs(folder.path(), call);
    const auto wrong = read_responses_request(row.json, inputs, call);
    REQUIRE_FALSE(wrong);
    check_wrong(row, wrong.error());
  }
}

TEST_CASE("serve: pictures stand in JSON where their places are, and nowhere else")
{
  const FreshFolder folder;
  const auto file = folder.write("one", std::string(100'000, 'p'));
  const auto picture = PictureFile::open(file);
  REQUIRE(picture);
  CHECK_FALSE(PictureFile::open(folder.path() / "none"));
  CHECK_FALSE(PictureFile::open(folder.write("empty", "")));
  const auto bytes = content_of(file);
  const auto base64 = base64_encode(std::as_bytes(std::span(bytes)));
  PictureBody body;
  // Who puts the words of a place into a text gets no picture there.
  const std::string_view json =
    R"({"a":"\"b64_json\":\"@limn:picture\"","b64_json":"@limn:picture","c":1})";
  body.add_json(json, "b64_json", {*picture});
  const auto size = body.size();
  const auto text = text_of(body);
  CHECK(text == R"({"a":"\"b64_json\":\"@limn:picture\"","b64_json":")" + base64 + R"(","c":1})");
  CHECK(text.size() == size);

  PictureBody cut;
  cut.add(*picture);
  std::filesystem::resize_file(file, 10);
  CHECK(text_of(cut).empty());
}

TEST_CASE("serve: an answer is the same wherever its pieces end, and none is large")
{
  using Coding = PictureBody::Coding;
  constexpr std::size_t k_piece = 136 * 1024;
  const FreshFolder folder;
  for (const std::size_t size : {1U, 49'152U, 100'000U, 104'445U, 104'446U, 104'447U, 300'001U}) {
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [i = 0U]() mutable { return static_cast<char>(++i % 251); });
    const auto picture = PictureFile::open(folder.write(std::to_string(size), bytes));
    REQUIRE(picture);
    const auto base64 = base64_encode(std::as_bytes(std::span(bytes)));
    for (std::size_t before = 0; before < 6; ++before) {
      CAPTURE(size);
      CAPTURE(before);
      PictureBody body;
      body.add(std::string(before, '{'));
      body.add(*picture);
      body.add(*picture, Coding::none);
      body.add("}");
      std::string all;
      for (auto piece = body.next(); !piece.empty(); piece = body.next()) {
        CHECK(piece.size() <= k_piece);
        all += piece;
      }
      CHECK(all == std::string(before, '{') + base64 + bytes + "}");
      CHECK(all.size() == body.size());
    }
  }
  PictureBody small;
  small.add(std::string(600, '{'));
  small.add(*PictureFile::open(folder.path() / "100000"));
  CHECK(small.next().size() == small.size());
}

TEST_CASE("serve: an address leads to its picture, and its token is kept nowhere")
{
  const FreshFolder folder;
  PictureLinks links(folder.path() / "links");
  const auto address = links.make("https://limn.example", {"job-1", "/p/a b\n.png"});
  REQUIRE(address);
  const std::string_view begin = "https://limn.example/files/";
  REQUIRE(address->starts_with(begin));
  const auto name = address->substr(begin.size());
  CHECK(name.size() == 32 + 4);
  const auto found = PictureLinks(folder.path() / "links").find(name);
  REQUIRE(found);
  CHECK(found->job == "job-1");
  CHECK(found->picture == "/p/a b\n.png");
  for (const auto& wrong : {std::string(), name.substr(0, 32), name + "x", "0" + name,
                            std::string("../links/") + name, std::string(32, '0') + ".png"}) {
    CAPTURE(wrong);
    CHECK_FALSE(links.find(wrong));
  }
  for (const auto& file : std::filesystem::directory_iterator(folder.path() / "links")) {
    CHECK(file.path().filename().string().find(name.substr(0, 32)) == std::string::npos);
    CHECK_FALSE(links.find(file.path().filename().string()));
  }
}
