#include "store/store_refusal.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace limn;
using Kind = StoreVerdict::Kind;

namespace {

std::string error_of_store(std::string_view code, std::string_view message = "words")
{
  return "<?xml version=\"1.0\"?><Error><Code>" + std::string(code) + "</Code><Message>"
         + std::string(message) + "</Message></Error>";
}

} // namespace

TEST_CASE("a picture that was sent to a store is there, may be later, or is refused")
{
  struct Row {
    int status;
    std::string_view code;
    Kind kind;
  };
  for (const auto& row :
       {Row{200, "", Kind::there}, Row{412, "PreconditionFailed", Kind::there},
        Row{500, "InternalError", Kind::later}, Row{503, "SlowDown", Kind::later},
        Row{507, "XMinioStorageFull", Kind::later}, Row{429, "", Kind::later},
        Row{409, "ConditionalRequestConflict", Kind::later},
        Row{400, "RequestTimeout", Kind::later}, Row{501, "NotImplemented", Kind::unconditional},
        Row{403, "AccessDenied", Kind::refused}, Row{404, "NoSuchBucket", Kind::refused},
        Row{400, "BadDigest", Kind::refused}, Row{301, "PermanentRedirect", Kind::refused},
        Row{413, "", Kind::refused}}) {
    CAPTURE(row.status);
    CHECK(verdict_of(row.status, {}, error_of_store(row.code)).kind == row.kind);
  }
  CHECK(verdict_of(403, {}, error_of_store("AccessDenied", "no\x1b[31m way")).why.find('\x1b')
        == std::string::npos);
  CHECK(verdict_of(503, {{"retry-after", "7"}}, "").not_before == std::chrono::seconds(7));
  CHECK(verdict_of(503, {{"retry-after", "86400"}}, "").not_before == std::chrono::minutes(15));
  CHECK(verdict_of(500, {}, "<Code>cut").why == "HTTP 500 cut");
}

TEST_CASE(
  "a store that was asked for what is not there says no only where keys or bucket are wrong")
{
  CHECK_FALSE(refusal_of_bucket(404, {}, error_of_store("NoSuchKey")));
  CHECK_FALSE(refusal_of_bucket(404, {}, ""));
  CHECK_FALSE(refusal_of_bucket(200, {}, ""));
  CHECK_FALSE(refusal_of_bucket(403, {}, error_of_store("AccessDenied")));
  CHECK_FALSE(refusal_of_bucket(503, {}, error_of_store("SlowDown")));
  CHECK(refusal_of_bucket(404, {}, error_of_store("NoSuchBucket")));
  CHECK(refusal_of_bucket(403, {}, error_of_store("InvalidAccessKeyId")));
  CHECK(refusal_of_bucket(403, {}, error_of_store("SignatureDoesNotMatch")));
}
