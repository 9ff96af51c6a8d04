#include "answer/answer_signs.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace limn {

TEST_CASE("events about the drawing say that it has begun, failures do not")
{
  struct Row {
    std::string_view event_name;
    std::string_view content;
    bool tells;
  };
  for (const Row& row : std::initializer_list<Row>{
         {"image_generation.partial_image", R"({"b64_json":"@limn:1"})", true},
         {"", R"({"type":"image_generation.partial_image"})", true},
         {"", R"({"type":"image_edit.partial_image"})", true},
         {"", R"({"type":"response.image_generation_call.in_progress"})", true},
         {"response.image_generation_call.generating", "{}", true},
         {"", R"({"type":"image_generation.partial_succeeded","url":"https://x.example/1.png"})",
          true},
         {"", R"({"type":"response.output_item.added","item":{"type":"image_generation_call"}})",
          true},
         {"", R"({"type":"response.output_item.added","item":{"type":"message"}})", false},
         {"", R"({"type":"image_generation.partial_failed"})", false},
         {"image_generation.error", "{}", false},
         {"", R"({"type":"response.created","response":{"tools":[{"type":"image_generation"}]}})",
          false},
         {"", R"({"type":"response.in_progress"})", false},
         {"error", R"({"error":{"message":"image_generation_call is not enabled"}})", false},
         {"", R"({"error":{"type":"image_generation_user_error"}})", false},
         {"", "image_generation.partial_image", false},
         {"", "", false},
       }) {
    INFO(row.event_name << " " << row.content);
    CHECK(tells_of_drawing(row.event_name, row.content) == row.tells);
  }
}

TEST_CASE("a preview is told by the name of its event, or its type, also where it is cut off")
{
  const auto tells = [](const char* event_name, const char* content,
                        const char* token = "@limn:1") {
    return is_of_preview(event_name, content, token);
  };
  CHECK(tells("image_generation.partial_image", R"({"b64_json":"@limn:1")"));
  CHECK(tells("", R"({"type":"image_edit.partial_image","b64_json":"@limn:1"})"));
  CHECK(tells("", R"({"type":"image_edit.partial_image","b64_json":"@limn:1")"));
  CHECK(tells("", R"({"b64_json":"@limn:1","type":"image_edit.partial_image")"));
  CHECK(!tells("image_generation.completed", R"({"b64_json":"@limn:1"})"));
  CHECK(!tells("", R"({"result":"@limn:1","tools":[{"partial_images":2}])"));
  CHECK(!tells("", R"({"prompt":"say \"image_edit.partial_image\"","a":"@limn:1")"));
  constexpr auto both =
    R"([{"type":"x.partial_image","a":"@limn:1"},{"type":"x.completed","a":"@limn:12"})";
  CHECK(tells("", both, "@limn:1"));
  CHECK(tells("", R"({"type":"x.partial_image","data":{"b64_json":"@limn:1")"));
  CHECK(tells("", R"({"type":"x.partial_image","meta":{"a":{}},"b64_json":"@limn:1")"));
  CHECK(!tells("", R"({"seen":[{"type":"x.partial_image"}],"b64_json":"@limn:1")"));
  CHECK(!tells("", R"({"type":"x.partial_image","a":"@limn:12")"));
  CHECK(!tells("", both, "@limn:12"));
}

TEST_CASE("a picture of a web page is told by the string that it stands in")
{
  CHECK(stands_in_page(R"({"a":"<html><img src=\"data:image/png;base64,@limn:1\"></html>"})",
                       "@limn:1"));
  CHECK(stands_in_page(R"({"a":"<!DOCTYPE HTML> @limn:1"})", "@limn:1"));
  CHECK(stands_in_page(R"({"a":"<html><img src=\"data:image/png;base64,@limn:1)", "@limn:1"));
  CHECK(!stands_in_page(R"({"page":"<html></html>","b64_json":"@limn:1"})", "@limn:1"));
  CHECK(!stands_in_page(R"x({"content":"![fox](data:image/png;base64,@limn:1)"})x", "@limn:1"));
  CHECK(!stands_in_page(R"("@limn:1")", "@limn:1"));
  CHECK(!stands_in_page("{}", "@limn:1"));
  CHECK(!stands_in_page(R"({"a":"<html> @limn:12","b":"@limn:1"})", "@limn:1"));
  CHECK(stands_in_page(R"({"a":"<html> @limn:12","b":"@limn:1"})", "@limn:12"));
}

TEST_CASE("a document that is cut off is an error where it has one")
{
  CHECK(begins_as_error(R"({"error":{"message":"upstream: <html>)"));
  CHECK(begins_as_error(R"({"code":1,"error": "no)"));
  CHECK(begins_as_error(R"({"error" : {"message":"no)"));
  CHECK(begins_as_error(R"({"error":null,"result":{"error":{"message":"no)"));
  CHECK(!begins_as_error(R"({"error":null,"data":[)"));
  CHECK(!begins_as_error(R"({"content":"an \"error\": \"this)"));
  CHECK(!begins_as_error(R"({"error":)"));
  CHECK(!begins_as_error(""));
}

TEST_CASE("a message refers to a picture by the whole of its token")
{
  CHECK(refers_to(R"({"a":"@limn:1"})", "@limn:1"));
  CHECK(refers_to("@limn:12 @limn:1", "@limn:1"));
  CHECK(!refers_to(R"({"a":"@limn:12"})", "@limn:1"));
  CHECK(!refers_to("", "@limn:1"));
}

TEST_CASE("how many images a gateway counts")
{
  CHECK(told_count(R"({"usage":{"generated_images":2}})") == 2);
  CHECK(told_count(R"({"usage":{"image_count":"3"}})") == 3);
  CHECK(told_count(R"({"metadata":{"success_count":"2","failed_count":"0"}})") == 2);
  CHECK(told_count(R"({"usage":{"output_tokens":392}})") == 0);
  CHECK(told_count(R"({"usage":{"generated_images":-2}})") == 0);
  CHECK(told_count("") == 0);
}

TEST_CASE("what counts a drawing has drawn, whatever else it says")
{
  const std::pair<std::string_view, bool> rows[] = {
    {R"({"error":{"message":"x"},"usage":{"output_tokens":1756}})", true},
    {R"({"error":{"message":"x"},"usage":{"generated_images":1}})", true},
    {R"({"error":{"message":"x"},"usage":{"input_tokens":12,"output_tokens":0}})", false},
    {R"({"error":{"message":"usage limit reached"}})", false},
    {"usage: 1 image", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(counts_a_drawing(row.first) == row.second);
  }
}

TEST_CASE("addresses and ids lead on from an answer without an image")
{
  using Leads = std::vector<std::string>;
  CHECK(leads_in(R"({"task_id":"t1","data":[{"image_urls":["https://x.example/a.png?s=1"]}]})", 9)
        == Leads{R"(task_id "t1")", "https://x.example/a.png?s=1"});
  CHECK(leads_in(R"({"poll_url":"/v1/tasks/t1","jobId":"j","id":""})", 9)
        == Leads{"/v1/tasks/t1", R"(jobId "j")"});
  CHECK(leads_in("see https://x.example/a, or (http://y.example/b).", 9)
        == Leads{"https://x.example/a", "http://y.example/b"});
  CHECK(leads_in(
          R"({"a":"https://x.example/1","b":"https://x.example/1","c":"https://x.example/2"})", 1)
          .size()
        == 1);
  CHECK(leads_in(R"({"valid":"yes","paid":"no"})", 9).empty());
}

TEST_CASE("the elements of an answer's list, where there are several")
{
  CHECK(items_of(R"({"data":[{"a":1},{"b":2}]})")
        == std::vector<std::string>{R"({"a":1})", R"({"b":2})"});
  CHECK(items_of(R"({"data":[{"a":1}]})").empty());
  CHECK(items_of("[]").empty());
}

} // namespace limn
