#include "conformance/suite.hpp"
#include "conformance/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

namespace limn::conformance {

namespace {

// The change that a test makes to the answer with the picture.
using Change = std::function<void(Reply& reply)>;

// What became of a sample whose last answer was changed.
struct ChangedTalk {
  std::unique_ptr<Conversation> conversation;
  bool was_billable = false; // the request that got the changed answer
};

ChangedTalk tell(Trial& trial, const SampleAnswer& sample, const Change& change)
{
  ChangedTalk changed;
  const auto as_it_is = gatekeeper_of(sample);
  changed.conversation = trial.talk([&](const ProviderRequest& request, int index) {
    auto reply = as_it_is(request, index);
    if (static_cast<std::size_t>(index) + 1 == sample.replies.size()) {
      changed.was_billable = request.billable;
    }
    if (static_cast<std::size_t>(index) + 1 >= sample.replies.size()) {
      change(reply);
    }
    return reply;
  });
  return changed;
}

// The image has to be found, once. An error behind it, about what a test has put there, takes
// nothing away.
Verdict found(Subject& subject, const SampleAnswer& sample, std::string_view how,
              const Change& change)
{
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  const auto conversation = tell(trial, sample, change).conversation;
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  const auto fault = [&](std::string_view what) {
    return failure(fmt::format("{} {}: {}", sample.name, how, what));
  };
  const auto& images = conversation->images();
  if (conversation->used_dead_token()) {
    return fault("it gave an image by a token of an earlier message: that is gone");
  }
  if (images.empty()) {
    return fault(conversation->failure() ? describe(*conversation->failure())
                                         : "the image is lost");
  }
  if (!std::ranges::all_of(images, [&](const auto& image) { return sample.find(image); })) {
    return fault("it gave something as an image that is none");
  }
  if (images.size() != 1) {
    return fault(fmt::format("it gave {} images for a job that wants one", images.size()));
  }
  return conversation->has_finished() || conversation->failure() ? success()
                                                                 : fault("it came to no end");
}

Verdict no_samples()
{
  return skipped("no answer of its gateway was given: --answer FILE");
}

Verdict whole(Subject& subject)
{
  constexpr std::size_t k_record = 16 * 1024; // what TLS brings at a time
  for (const auto& sample : subject.samples) {
    for (const auto size : {std::size_t{0}, k_record, std::size_t{1}}) {
      auto verdict = found(subject, sample,
                           size == 0 ? std::string("as it is") : fmt::format("by {} bytes", size),
                           [=](Reply& reply) { reply.chunk_size = size; });
      if (verdict.status != Status::success) {
        return verdict;
      }
    }
  }
  return subject.samples.empty() ? no_samples() : success();
}

// Nothing is asked of it but an end that costs nobody a second image.
Verdict ended(Subject& subject, const SampleAnswer& sample, std::string_view how,
              const Change& change)
{
  Trial trial(subject);
  if (auto obstacle = trial.obstacle()) {
    return *obstacle;
  }
  const auto changed = tell(trial, sample, change);
  if (const auto breach = trial.breach(); !breach.empty()) {
    return skipped_for_breach(breach);
  }
  const auto& failed = changed.conversation->failure();
  if (!failed && !changed.conversation->has_finished()
      && sample.replies.size() == changed.conversation->requests().size()) {
    return failure(fmt::format("{} {}: it came to no end", sample.name, how));
  }
  if (failed && changed.was_billable && !ends_the_job(failed->failure_class)) {
    return failure(fmt::format("{} {}: it said {}: the host would ask, and pay, again", sample.name,
                               how, describe(*failed)));
  }
  return success();
}

Verdict cut(Subject& subject, const SampleAnswer& sample)
{
  const auto size = sample.replies.back().body.size();
  const auto& place = sample.pictures.front().places.front();
  for (const auto end :
       {std::size_t{0}, std::size_t{1}, place.begin / 2, place.begin, (place.begin + place.end) / 2,
        place.end, (place.end + size) / 2, size - 1}) {
    auto verdict = ended(subject, sample, fmt::format("cut off after {} bytes", end),
                         [=](Reply& reply) { reply.body.resize(end); });
    if (verdict.status != Status::success) {
      return verdict;
    }
  }
  return success();
}

// Bytes that are none of the answer's, anywhere but in its first picture; the same in every run.
Verdict noise(Subject& subject, const SampleAnswer& sample)
{
  constexpr unsigned k_rounds = 20;
  constexpr int k_bytes = 8;
  const auto front = sample.pictures.front().places.front().begin;
  const auto back = sample.pictures.front().places.front().end;
  const auto size = sample.replies.back().body.size();
  const auto around = front + size - back;
  for (unsigned round = 0; round < k_rounds && around > 0; ++round) {
    auto verdict =
      ended(subject, sample, fmt::format("with noise in it ({})", round), [=](Reply& reply) {
        std::minstd_rand random(round + 1);
        for (int i = 0; i < k_bytes; ++i) {
          const auto at = random() % around;
          reply.body[at < front ? at : back + at - front] = static_cast<char>(random());
        }
      });
    if (verdict.status != Status::success) {
      return verdict;
    }
  }
  return success();
}

Verdict junk(Subject& subject, const SampleAnswer& sample)
{
  if (sample.pictures.front().holding == Holding::bytes) {
    return success(); // what stands around it is the image's
  }
  const bool is_of_events = is_event_stream(sample.replies.back().body);
  auto verdict = found(subject, sample, "with keep-alives in front", [=](Reply& reply) {
    reply.body.insert(0, is_of_events ? ": waiting\n\n: waiting\n\n" : " \n \n\r\n");
  });
  if (verdict.status != Status::success) {
    return verdict;
  }
  verdict = found(subject, sample, "with a proxy's words behind it", [=](Reply& reply) {
    reply.body += is_of_events ? "\n\ndata: <!-- cached -->\n\n" : "\n<!-- cached -->\n";
  });
  if (verdict.status != Status::success) {
    return verdict;
  }
  return ended(subject, sample, "with words in the image's place", [&](Reply& reply) {
    for (const auto& picture : sample.pictures) {
      const auto& place = picture.places.front();
      reply.body.replace(place.begin, place.end - place.begin, place.end - place.begin, ' ');
      reply.body.replace(place.begin, 9, "(removed)");
    }
  });
}

Verdict spoiled(Subject& subject)
{
  for (const auto& sample : subject.samples) {
    for (const auto& spoil : {cut, junk, noise}) {
      auto verdict = spoil(subject, sample);
      if (verdict.status != Status::success) {
        return verdict;
      }
    }
  }
  return subject.samples.empty() ? no_samples() : success();
}

constexpr std::array k_samples_tests{
  Test{"sample.whole", Scope::provider, "limn_result_sink.image",
       "The image of an answer that its author gives is found, as it is and once, in whatever "
       "pieces it comes.",
       whole},
  Test{"sample.spoiled", Scope::provider, "LIMN_OUTCOME_UNKNOWN, LIMN_NO_IMAGE",
       "Such an answer that is cut off, or has junk in it, is not asked for again.", spoiled},
};

} // namespace

std::span<const Test> sample_tests()
{
  return k_samples_tests;
}

} // namespace limn::conformance
