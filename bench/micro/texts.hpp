#pragma once

#include <cstddef>
#include <string>

namespace limn::bench {

// An image of noise in the shapes in which it arrives.
struct Texts {
  std::string size; // of the image, for names: "1.5 MB"
  std::string base64;
  std::string json; // an answer of /images/generations
  std::string sse;  // the same as a stream of one event
};

Texts texts_of(std::string size, std::size_t image_bytes);

// Each adds its benchmarks for these texts, which outlive the run. Bytes per second are of input.
void add_memcpy(const Texts& texts);
void add_base64(const Texts& texts);
void add_form(const Texts& texts);
void add_lift(const Texts& texts);
void add_sse(const Texts& texts);
void add_message_stream(const Texts& texts);

} // namespace limn::bench
