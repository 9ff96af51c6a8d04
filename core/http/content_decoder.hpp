#pragma once

#include "http/uncoder.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What a body means, whatever its header says of it: gateways leave `Content-Encoding: gzip` on
// bytes that they unpacked, and send gzip without a word. What the bytes are is told by how they
// begin. The header counts only for codings that have no mark of their own (brotli, and deflate
// without zlib's header), and then only where the bytes are neither text nor an image. What was
// packed twice is unpacked twice.
class ContentDecoder
{
public:
  using Sink = std::function<bool(std::string_view)>; // false: no more is wanted

  enum class State {
    going,
    unwanted, // says the sink
    broken,   // what came before was handed on
  };

  // The value of the header; empty where there is none.
  explicit ContentDecoder(std::string_view content_encoding = {});

  // The next piece of the body. What it means goes to `sink`: at once, plain bytes as they are.
  State feed(std::string_view piece, const Sink& sink) { return feed(0, piece, sink); }

  // The body is over: what is still held goes to `sink`. Broken if it ended within a coding.
  State finish(const Sink& sink);

private:
  // What one coding hides may be coded once more.
  struct Layer {
    std::optional<Coding> coding; // none while the bytes are too few to tell
    std::string start;            // of the bytes: until a coding has proved itself by giving some
    std::unique_ptr<Uncoder> uncoder;
    std::vector<char> room;
    bool has_given = false;
    bool has_ended = false;
  };

  enum class Start { beginning, all_of_it };

  std::optional<Coding> coding_of(std::string_view start, Start how_much) const;
  State feed(std::size_t depth, std::string_view piece, const Sink& sink);
  State begin(std::size_t depth, Start how_much, const Sink& sink);
  State decode(std::size_t depth, std::string_view coded, const Sink& sink);
  State take_as_plain(std::size_t depth, const Sink& sink);

  Coding m_declared = Coding::none; // where it has no mark of its own
  std::vector<Layer> m_layers;
};

} // namespace limn
