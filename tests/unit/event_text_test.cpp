#include "http_server/event_text.hpp"

#include <doctest/doctest.h>

namespace limn {

TEST_CASE("an event's data keeps its lines, and becomes nothing else")
{
  CHECK(event_text("", "{}") == "data: {}\n\n");
  CHECK(event_text("done", "a\nb\r\nc\rd")
        == "event: done\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(event_text("a\r\ndata: b", "") == "event: a\ndata: \n\n");
  CHECK(event_text("", "a\n\nevent: b\n") == "data: a\ndata: \ndata: event: b\ndata: \n\n");
}

} // namespace limn
