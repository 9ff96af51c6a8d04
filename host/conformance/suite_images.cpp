#include "conformance/suite.hpp"
#include "conformance/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace limn::conformance {

namespace {

// One answer of that shape, told by the test.
template <typename Change>
Verdict with_image(Subject& subject, Change&& change)
{
  const auto known = known_shape(subject);
  if (!known.shape) {
    return known.reason;
  }
  Trial trial(subject);
  const auto good = good_gatekeeper(*known.shape);
  const auto conversation = trial.talk([&](const ProviderRequest& request, int index) {
    auto reply = good(request, index);
    // Where the picture comes with a later answer, that one is the one to change.
    if (known.shape->brings(reply.body, picture(1))) {
      change(reply);
    }
    return reply;
  });
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  const auto& images = conversation->images();
  if (conversation->used_dead_token()) {
    return failure("it gave an image by a token of an earlier message: that is gone");
  }
  if (images.empty()) {
    return failure(conversation->failure()
                     ? fmt::format("the image is lost: {}", describe(*conversation->failure()))
                     : "the image is lost");
  }
  const auto expected = known.shape->given(picture(1));
  const auto others =
    std::ranges::count_if(images, [&](const std::string& image) { return image != expected; });
  if (others > 0) {
    return failure("it gave something as an image that is none");
  }
  return images.size() == 1 ? success()
                            : failure(fmt::format("it gave one image {} times", images.size()));
}

Verdict draws(Subject& subject)
{
  return with_image(subject, [](Reply&) {});
}

// Only of use for a provider that finds the image when nothing is odd: otherwise that is the fault.
template <typename Change>
Verdict with_image_as_before(Subject& subject, Change&& change)
{
  return draws(subject).status == Status::success
           ? with_image(subject, std::forward<Change>(change))
           : skipped("it does not find the image where nothing is odd");
}

Verdict byte_by_byte(Subject& subject)
{
  return with_image_as_before(subject, [](Reply& reply) { reply.chunk_size = 1; });
}

Verdict slow(Subject& subject)
{
  constexpr std::int64_t k_half_an_hour_ms = 30 * 60 * 1000;
  return with_image_as_before(subject, [](Reply& reply) { reply.pause_ms = k_half_an_hour_ms; });
}

Verdict large_image(Subject& subject)
{
  constexpr std::size_t k_size = 20 * 1024 * 1024;
  const auto known = known_shape(subject);
  if (!known.shape) {
    return known.reason;
  }
  auto bytes = picture(1);
  bytes.resize(k_size, '\x5a');
  Trial trial(subject);
  const auto conversation = trial.talk([&](const ProviderRequest& request, int index) {
    return known.shape->answer(request, index, bytes);
  });
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  return std::ranges::count(conversation->images(), known.shape->given(bytes)) > 0
           ? success()
           : failure("an image of 20 MiB is lost");
}

Verdict finishes(Subject& subject)
{
  const auto known = known_shape(subject);
  if (!known.shape) {
    return known.reason;
  }
  Trial trial(subject);
  const auto conversation = trial.talk(good_gatekeeper(*known.shape));
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  if (conversation->failure()) {
    return failure(
      fmt::format("it failed, though the image came: {}", describe(*conversation->failure())));
  }
  return conversation->has_finished() ? success()
                                      : failure("it came to no end, though the image came");
}

Verdict short_image(Subject& subject)
{
  const auto known = known_shape(subject);
  if (!known.shape) {
    return known.reason;
  }
  if (known.shape->holding != Holding::base64) {
    return skipped("its images come as they are, or by an address");
  }
  Trial trial(subject);
  constexpr std::string_view k_few_bytes = "\x89PNG\r\n\x1a\n a picture of few bytes";
  const auto text = base64(k_few_bytes);
  const auto conversation = trial.talk([&](const ProviderRequest& request, int index) {
    return known.shape->answer(request, index, k_few_bytes);
  });
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  return !conversation->images().empty()
             && conversation->images().front().find(text) != std::string::npos
           ? success()
           : failure("an image so small that it has no token is lost");
}

// An answer in pieces is an event stream; who does not read those as it reads answers is not meant.
// A sample may be one already, and JSON in it may have several lines.
void as_events(Reply& reply, std::string_view front, std::string_view behind)
{
  auto events = reply.body;
  if (!is_event_stream(events)) {
    events = "data: ";
    for (const char c : reply.body) {
      events += c;
      if (c == '\n') {
        events += "data: ";
      }
    }
  }
  reply.body = fmt::format("{}{}\n\n{}", front, events, behind);
  reply.media_type = "text/event-stream";
}

Verdict late_error(Subject& subject)
{
  const auto plain = with_image(subject, [&](Reply& reply) { as_events(reply, "", ""); });
  if (plain.status != Status::success) {
    return skipped("it does not read its answer from a stream of events");
  }
  return with_image(subject, [&](Reply& reply) {
    as_events(reply, "",
              "event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"late\","
              "\"type\":\"server_error\",\"code\":\"server_error\"}}\n\n");
  });
}

Verdict unknown_messages(Subject& subject)
{
  const auto with_front = [](Reply& reply, std::string_view front) {
    as_events(reply, front, "data: [DONE]\n\n");
  };
  const auto plain = with_image(subject, [&](Reply& reply) { with_front(reply, ""); });
  if (plain.status != Status::success) {
    return skipped("it does not read its answer from a stream of events");
  }
  return with_image(subject, [&](Reply& reply) {
    with_front(reply,
               "event: acme.of_tomorrow\ndata: {\"type\":\"acme.of_tomorrow\",\"x\":[1,{}]}\n\n"
               "data: {\"type\":\"keepalive\"}\n\n");
  });
}

Verdict unknown_event(Subject& subject)
{
  return with_image(subject, [](Reply& reply) { reply.odd_event = 77; });
}

Verdict more_members(Subject& subject)
{
  return with_image(subject, [](Reply& reply) {
    if (reply.body.starts_with('{')) {
      reply.body.insert(1, R"("of_tomorrow":{"a":[1,2,{"b":null}],"error":null,"url":""},)");
    }
  });
}

constexpr std::array k_images_tests{
  Test{"provider.draws", Scope::provider, "limn_result_sink.image",
       "The image of an answer is found, as it is, and once.", draws},
  Test{"provider.finishes", Scope::provider, "limn_step_sink.finish",
       "After the image it says that it is done.", finishes},
  Test{"provider.short_image", Scope::provider, "limn_image.content",
       "An image that is too small for a token is passed on as well.", short_image},
  Test{"provider.byte_by_byte", Scope::provider, "limn_event.content",
       "An answer that comes a byte at a time is the same answer.", byte_by_byte},
  Test{"provider.large_image", Scope::provider, "limn_image.content",
       "An image of 20 MiB is passed on like any other.", large_image},
  Test{"provider.slow", Scope::provider, "limn_clock_v1",
       "Drawing takes its time, and how much of it there is the host knows.", slow},
  Test{"provider.late_error", Scope::provider, "limn_result_sink.image",
       "An image that came is not lost for an error behind it.", late_error},
  Test{"provider.unknown_messages", Scope::provider, "limn_event.event_name",
       "Events of a stream that it does not know are passed over.", unknown_messages},
  Test{"provider.unknown_event", Scope::provider, "rule 3",
       "A kind of event that it does not know is passed over.", unknown_event},
  Test{"provider.more_members", Scope::provider, "limn_event.content",
       "Members that it does not know do no harm.", more_members},
};

} // namespace

std::span<const Test> image_tests()
{
  return k_images_tests;
}

} // namespace limn::conformance
