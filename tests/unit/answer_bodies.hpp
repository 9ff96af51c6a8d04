#pragma once

#include "gateway_answers.hpp"

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace limn::test {

// What the answers of gateways are made of.

// {"error": ...}
std::string error(std::string_view message, std::string_view type, std::string_view code,
                  std::string_view param = "");

// What an answer with that image says: in base64, or its address.
std::string image_json(const DrawingRequest& asked, std::string_view image);

// As server-sent events: any, a preview, the image.
inline constexpr std::string_view k_preview =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";
std::string event(std::string_view name, const std::string& data);
std::string partial_event(Endpoint endpoint, std::string_view png = k_preview);
std::string final_event(Endpoint endpoint, std::string_view png);

// Whole answers: JSON, and a stream of events.
Reply said(int status, std::string_view body, std::string_view headers = {});
Reply streamed(const std::string& events);

// The first part of a whole response, then the end of the connection.
Reply cut(const std::string& whole, std::size_t size, Reply::After after);

int between(int low, int high, std::mt19937& random);

// A status with which a gateway refuses.
int any_refusal(std::mt19937& random);

} // namespace limn::test
