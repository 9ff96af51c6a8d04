#include "model/store_address.hpp"

#include <doctest/doctest.h>

using namespace limn;

TEST_CASE("an address in a store is a bucket and a key that stands in a URL as it is")
{
  const auto address = parse_store_address("s3://fox-den.2/a/b_c.d/");
  REQUIRE(address);
  CHECK(address->bucket == "fox-den.2");
  CHECK(address->key == "a/b_c.d/");
  CHECK(address->text() == "s3://fox-den.2/a/b_c.d/");
  CHECK(address->below("x.png").text() == "s3://fox-den.2/a/b_c.d/x.png");
  CHECK(parse_store_address("s3://fox")->below("x.png").text() == "s3://fox/x.png");
  CHECK(parse_store_address("s3://fox/a")->below("x.png").text() == "s3://fox/a/x.png");
}

TEST_CASE("what libcurl or a store would read otherwise is no address")
{
  for (const auto* text : {"",
                           "fox",
                           "s3:/fox/a",
                           "S3://fox/a",
                           "s3://",
                           "s3://fo/a",
                           "s3://Fox/a",
                           "s3://-fox/a",
                           "s3://fox../a",
                           "s3://fox_a/b",
                           "s3://fox@evil/a",
                           "s3://fox:80/a",
                           "s3://fox//a",
                           "s3://fox/a//b",
                           "s3://fox/./a",
                           "s3://fox/../a",
                           "s3://fox/a/..",
                           "s3://fox/a b",
                           "s3://fox/a%2e",
                           "s3://fox/a?b",
                           "s3://fox/a#b",
                           "s3://fox/ä",
                           "s3://fox/a\nb"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_store_address(text));
  }
  CHECK_FALSE(parse_store_address("s3://fox/" + std::string(900, 'a')));
  CHECK_FALSE(parse_store_address("s3://" + std::string(64, 'a')));
}

TEST_CASE("the name of an object is what of a name a key may have")
{
  CHECK(object_name("2026-01-31-a-fox") == "2026-01-31-a-fox");
  CHECK(object_name("füchse-日本-im schnee") == "f-chse-im-schnee");
  CHECK(object_name("a/../b") == "a-..-b");
  CHECK(object_name("..x") == "x");
  CHECK(object_name("日本") == "image");
  CHECK(object_name("") == "image");
  CHECK(object_name("x-日") == "x");
}
