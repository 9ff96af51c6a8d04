#pragma once

#include "reply.hpp"

#include <chrono>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace limn::test {

// The many ways in which gateways answer a request for an image, for random scripts of them.

// An error that comes later than this is late: fallback.late_error of who asks.
constexpr std::chrono::milliseconds k_late_error{150};

enum class Endpoint { images, responses, chat, jobs };

// The kind of a request by its target.
Endpoint endpoint_of(std::string_view target);

// Pictures as base64.
struct Pictures {
  std::string small;  // 1x1, so short that it stays in its message
  std::string lifted; // the same, long enough to be lifted out of it
  std::string drawn;  // 512x256, likewise: not far below the size that is asked for
};

// With a number in them, below a hundred million, that tells them from all others.
Pictures marked_pictures(int mark);

// The file that such a picture is.
std::string bytes_of_picture(std::string_view base64);

// The mark of such a picture, which stands in its first 400 bytes; nothing if there is none.
std::optional<int> mark_of(std::string_view bytes);

// What an answer is made from.
struct DrawingRequest {
  Endpoint endpoint = Endpoint::images;
  std::mt19937& random;
  const Pictures& pictures;
  std::string_view job = "1"; // its id, at Endpoint::jobs
};

enum class Charged { never, perhaps };

// One way to answer. With a name that begins with "image" one whole image is in it, to be
// delivered.
struct AnswerKind {
  std::string_view name;
  Charged charged;
  int weight;
  Reply (*reply)(const DrawingRequest& asked);
};

// Nothing is drawn.
std::span<const AnswerKind> refusal_answers();
// What may have been charged; and images.
std::span<const AnswerKind> charged_answers();

// One of all of these that there is at that endpoint.
const AnswerKind& any_answer(Endpoint endpoint, std::mt19937& random);

// A job was accepted, which may be charged.
Reply accepted_job(std::string_view job);

// How it goes on, or what is said of it. True if a whole image is in the reply.
std::pair<Reply, bool> answer_about_job(const DrawingRequest& asked);

Reply models_answer(std::mt19937& random);

} // namespace limn::test
