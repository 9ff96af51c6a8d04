#include "price/batch_price.hpp"
#include "queue/lane/lane_batch.hpp"
#include "queue/lane/lane_lines.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace lane_lines_test {

using namespace limn;

namespace {

std::vector<LaneLine> lines_of(const std::vector<std::string_view>& pieces)
{
  std::vector<LaneLine> found;
  LaneLines lines([&found](LaneLine line) { found.push_back(std::move(line)); });
  for (const auto piece : pieces) {
    lines.feed(piece);
  }
  lines.finish();
  return found;
}

std::string body_of(std::string_view file, const LaneLine& line)
{
  return std::string(file.substr(line.body_begin, line.body_end - line.body_begin));
}

constexpr std::string_view k_file =
  R"({"id":"x","custom_id":"limn-1-2","response":{"status_code":200,"request_id":"r1","body":{"data":[{"b64_json":"AAAA\/+=="}],"custom_id":"no","error":{"code":"no"}}},"error":null})"
  "\r\n\n"
  R"({"error":{"code":"batch_expired","message":"a \"late\"\nline \u00e9"},"response":null,"custom_id":"limn-2-1"})"
  "\n"
  R"( {"response": {"body" : {"error":{"message":"}]{["}} , "status_code" : 400 }, "custom_id" : "limn-3-1", "more": [{"custom_id":"no"}]} )"
  "\n{\"custom_id\":\"limn-4-1\",\"response\":{\"status_code\":200,\"body\":{\"a\":\"cut\n"
  "not JSON\n"
  R"({"custom_id":"limn-5-1","response":{"status_code":200,"body":"text"}})";

} // namespace

TEST_CASE("a batch's results are told line by line, and their bodies stay where they are")
{
  const auto lines = lines_of({k_file});
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].custom_id == "limn-1-2");
  CHECK(lines[0].status == 200);
  CHECK(lines[0].request_id == "r1");
  CHECK(lines[0].error_code.empty());
  CHECK(lines[0].is_whole);
  CHECK(body_of(k_file, lines[0])
        == R"({"data":[{"b64_json":"AAAA\/+=="}],"custom_id":"no","error":{"code":"no"}})");
  CHECK(lines[1].custom_id == "limn-2-1");
  CHECK(lines[1].status == 0);
  CHECK(lines[1].error_code == "batch_expired");
  CHECK(lines[1].error_message == "a \"late\"\nline \u00e9");
  CHECK(lines[1].body_end == 0);
  CHECK(lines[2].custom_id == "limn-3-1");
  CHECK(lines[2].status == 400);
  CHECK(body_of(k_file, lines[2]) == R"( {"error":{"message":"}]{["}} )");
  CHECK_FALSE(lines[3].is_whole);
  CHECK_FALSE(lines[4].is_whole);
  CHECK(lines[5].is_whole);
  CHECK(body_of(k_file, lines[5]) == "\"text\"");
}

TEST_CASE("results are the same wherever they are cut")
{
  const auto whole = lines_of({k_file});
  for (std::size_t at = 0; at <= k_file.size(); ++at) {
    CHECK(lines_of({k_file.substr(0, at), k_file.substr(at)}) == whole);
  }
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < k_file.size(); ++at) {
    bytes.push_back(k_file.substr(at, 1));
  }
  CHECK(lines_of(bytes) == whole);
}

TEST_CASE("a batch is read as the gateway tells it, and no id leads elsewhere")
{
  const auto batch = read_lane_batch(
    R"({"id":"batch_1","status":"expired","output_file_id":"file-1","error_file_id":null,)"
    R"("metadata":{"limn_submission":"s"},"errors":{"data":[{"line":2,"message":"m"}]}})");
  REQUIRE(batch);
  CHECK(batch->id == "batch_1");
  CHECK(batch->is_over());
  CHECK(batch->output_file == "file-1");
  CHECK(batch->error_file.empty());
  CHECK(batch->submission == "s");
  REQUIRE(batch->faults.size() == 1);
  CHECK(batch->faults.front().line == 2);
  for (const auto* wrong : {"", "[]", R"({"id":"../files","status":"completed"})",
                            R"({"id":"a?b","status":"x"})", R"({"id":"batch_1"})"}) {
    CHECK_FALSE(read_lane_batch(wrong));
  }
  CHECK_FALSE(read_lane_file_id(R"({"id":"file/1"})"));
  CHECK_FALSE(read_lane_page(R"({"data":{}})"));
  const auto page = read_lane_page(R"({"data":[{"id":"b","status":"x"}],"has_more":true})");
  REQUIRE(page);
  CHECK(page->has_more);
  CHECK(page->batches.front().submission.empty());
}

TEST_CASE("a line's name tells its job")
{
  CHECK(job_of_custom_id(lane_custom_id(17, 3)) == 17);
  for (const auto* other : {"", "limn-", "limn-x-1", "limn-17", "other-17-3"}) {
    CHECK_FALSE(job_of_custom_id(other));
  }
}

TEST_CASE("what a batch draws costs half, rounded up")
{
  CHECK(batch_price(NanoUsd{30'000}) == 15'000);
  CHECK(batch_price(NanoUsd{5}) == 3);
  CHECK(batch_price(Cost{Cost::Basis::bound, 8}) == Cost{Cost::Basis::bound, 4});
}

} // namespace lane_lines_test
