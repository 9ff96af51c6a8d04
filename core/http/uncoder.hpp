#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace limn {

// What a body may be packed in. Not every build knows brotli and zstd: they need their libraries.
enum class Coding { none, gzip, zlib, deflate, brotli, zstd };

// Undoes one coding, piece by piece.
class Uncoder
{
public:
  enum class Status { going, ended, broken };

  struct Step {
    std::size_t consumed = 0; // from the front of `coded`
    std::size_t produced = 0; // at the front of `room`
    Status status = Status::going;
  };

  virtual ~Uncoder() = default;

  // Takes what it can. A step that fills `room` may have more to give, without any more of `coded`.
  virtual Step step(std::string_view coded, std::span<char> room) = 0;

  // Once it has ended: whether what stands `behind` the end, not empty, is more of the same.
  virtual bool begins_again(std::string_view /*behind*/) { return false; }
};

// Null for Coding::none and for what this build does not know.
std::unique_ptr<Uncoder> make_uncoder(Coding coding);

} // namespace limn
