#include "http/response_head.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace limn;

using Line = ResponseHead::Line;

TEST_CASE("a status is three digits from 100 to 599")
{
  for (const std::string_view good :
       {"HTTP/1.1 100 Continue\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.0 599 x\r\n", "HTTP/2 404 \r\n",
        "HTTP/1.1 200\r\n", "HTTP/1.1 204\n"}) {
    CAPTURE(good);
    CHECK(ResponseHead().take(good) == Line::more);
  }
  for (const std::string_view bad :
       {"HTTP/1.1 000 x\r\n", "HTTP/1.1 042 x\r\n", "HTTP/1.1 42 x\r\n", "HTTP/1.1 600 x\r\n",
        "HTTP/1.1 999 x\r\n", "HTTP/1.1 1000 x\r\n", "HTTP/1.1 2000\r\n", "HTTP/1.1 2x0 x\r\n",
        "HTTP/1.1 -200 x\r\n", "HTTP/1.1 99999999999999999999 x\r\n", "HTTP/1.1 \r\n",
        "HTTP/1.1\r\n", "HTTP/1.1  200 x\r\n"}) {
    CAPTURE(bad);
    CHECK(ResponseHead().take(bad) == Line::no_status);
  }
}

TEST_CASE("what stands where a status should is told in its digits")
{
  ResponseHead head;
  head.take("HTTP/1.1 999 x\r\n");
  CHECK(head.bad_status() == "999");
  ResponseHead words;
  words.take("HTTP/1.1 abc\r\n");
  CHECK(words.bad_status().empty());
}

TEST_CASE("announcing heads come before the final one, of which there is one")
{
  ResponseHead head;
  CHECK(head.take("HTTP/1.1 103 Early Hints\r\n") == Line::more);
  CHECK(head.take("Link: x\r\n") == Line::more);
  CHECK(head.take("\r\n") == Line::more);
  CHECK(head.take("HTTP/1.1 200 OK\r\n") == Line::more);
  CHECK(head.take("X-One: 1\r\n") == Line::more);
  CHECK(head.take("\r\n") == Line::final);
  CHECK(head.status() == 200);
  CHECK(head.headers() == Pairs{{"x-one", "1"}});
  SUBCASE("a trailer changes nothing")
  {
    CHECK(head.take("X-Two: 2\r\n") == Line::more);
    CHECK(head.take("\r\n") == Line::more);
    CHECK(head.headers().size() == 1);
  }
  SUBCASE("another head is one too many")
  {
    CHECK(head.take("HTTP/1.1 200 OK\r\n") == Line::second);
  }
}

TEST_CASE("a head within a head is one too many")
{
  ResponseHead head;
  head.take("HTTP/1.1 400 No\r\n");
  CHECK(head.take("HTTP/1.1 200 OK\r\n") == Line::second);
}
