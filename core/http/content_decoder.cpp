#include "http/content_decoder.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "picture/image_header.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace limn {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t k_most_layers = 4;
constexpr std::size_t k_room = 64 * 1024;
constexpr std::size_t k_start = 16;               // bytes that tell text and images from the rest
constexpr std::size_t k_most_start = 1024 * 1024; // for which a coding may give nothing

struct Mark {
  std::string_view bytes;
  Coding coding;
};

// RFC 1952, RFC 8878, RFC 1950. Of zlib's headers those that no text begins with: the fourth is
// "x^".
constexpr std::array k_marks{
  Mark{"\x1f\x8b\x08"sv, Coding::gzip}, Mark{"\x28\xb5\x2f\xfd"sv, Coding::zstd},
  Mark{"\x78\x01"sv, Coding::zlib},     Mark{"\x78\x9c"sv, Coding::zlib},
  Mark{"\x78\xda"sv, Coding::zlib},
};

// UTF-8 without control characters; the last character may be cut. Sixteen such bytes are no
// accident.
bool is_text(std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto [value, size] = first_character(bytes);
    const bool is_blank = value == '\t' || value == '\n' || value == '\r';
    if (value == k_no_character || (value < 0x20 && !is_blank) || value == 0x7f) {
      return false;
    }
    bytes.remove_prefix(size);
  }
  return true;
}

bool is_image(std::string_view bytes)
{
  return raster_format_of(std::as_bytes(std::span(bytes))).has_value();
}

bool has_token(std::string_view list, std::string_view token)
{
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    if (equal_ignoring_case(trimmed(list.substr(begin, end - begin)), token)) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

} // namespace

ContentDecoder::ContentDecoder(std::string_view content_encoding)
  : m_declared(has_token(content_encoding, "br")        ? Coding::brotli
               : has_token(content_encoding, "deflate") ? Coding::deflate
                                                        : Coding::none),
    m_layers(1)
{
}

// Nothing while more bytes may tell.
std::optional<Coding> ContentDecoder::coding_of(std::string_view start, Start how_much) const
{
  const bool is_all = how_much == Start::all_of_it;
  for (const auto& mark : k_marks) {
    if (start.starts_with(mark.bytes)) {
      return mark.coding;
    }
    if (!is_all && mark.bytes.starts_with(start)) {
      return std::nullopt;
    }
  }
  if (m_declared == Coding::none) {
    return Coding::none;
  }
  if (!is_all && start.size() < k_start) {
    return std::nullopt;
  }
  if (m_declared == Coding::deflate && start.starts_with("\x78\x5e"sv)) {
    return Coding::zlib;
  }
  return is_text(start.substr(0, k_start)) || is_image(start) ? Coding::none : m_declared;
}

ContentDecoder::State ContentDecoder::feed(std::size_t depth, std::string_view piece,
                                           const Sink& sink)
{
  auto& layer = m_layers[depth];
  if (layer.coding == Coding::none) {
    return sink(piece) ? State::going : State::unwanted;
  }
  if (layer.coding) {
    return decode(depth, piece, sink);
  }
  if (layer.start.empty() && coding_of(piece, Start::beginning) == Coding::none) {
    layer.coding = Coding::none;
    return sink(piece) ? State::going : State::unwanted;
  }
  layer.start += piece;
  return begin(depth, Start::beginning, sink);
}

ContentDecoder::State ContentDecoder::begin(std::size_t depth, Start how_much, const Sink& sink)
{
  auto& layer = m_layers[depth];
  layer.coding = depth < k_most_layers ? coding_of(layer.start, how_much) : Coding::none;
  if (!layer.coding) {
    return State::going;
  }
  layer.uncoder = make_uncoder(*layer.coding);
  if (!layer.uncoder) {
    return take_as_plain(depth, sink);
  }
  layer.room.resize(k_room);
  if (layer.coding == m_declared) {
    m_declared = Coding::none; // was meant once
  }
  m_layers.emplace_back(); // moves `layer`
  return decode(depth, std::exchange(m_layers[depth].start, {}), sink);
}

ContentDecoder::State ContentDecoder::take_as_plain(std::size_t depth, const Sink& sink)
{
  auto& layer = m_layers[depth];
  layer.coding = Coding::none;
  layer.uncoder.reset();
  m_layers.resize(depth + 1);
  const auto start = std::exchange(m_layers[depth].start, {});
  return start.empty() || sink(start) ? State::going : State::unwanted;
}

ContentDecoder::State ContentDecoder::decode(std::size_t depth, std::string_view coded,
                                             const Sink& sink)
{
  if (!m_layers[depth].has_given) {
    m_layers[depth].start += coded;
    if (m_layers[depth].start.size() > k_most_start) {
      return State::broken;
    }
  }
  for (;;) {
    auto& layer = m_layers[depth];
    if (layer.has_ended && (coded.empty() || !layer.uncoder->begins_again(coded))) {
      break; // what stands behind the end means nothing
    }
    const auto step = layer.uncoder->step(coded, layer.room);
    coded.remove_prefix(step.consumed);
    if (step.produced > 0) {
      layer.has_given = true;
      layer.start = {};
      // The layer below may add another, which moves this one, but not what is in its room.
      const std::string_view given(layer.room.data(), step.produced);
      if (const auto state = feed(depth + 1, given, sink); state != State::going) {
        return state;
      }
    }
    const bool is_stuck = step.consumed == 0 && step.produced == 0 && !coded.empty();
    if (step.status == Uncoder::Status::broken
        || (is_stuck && step.status == Uncoder::Status::going)) {
      return m_layers[depth].has_given ? State::broken : take_as_plain(depth, sink);
    }
    m_layers[depth].has_ended = step.status == Uncoder::Status::ended;
    if (step.produced < k_room && coded.empty()) {
      break;
    }
  }
  return State::going;
}

ContentDecoder::State ContentDecoder::finish(const Sink& sink)
{
  auto result = State::going;
  for (std::size_t depth = 0; depth < m_layers.size(); ++depth) {
    if (!m_layers[depth].coding && !m_layers[depth].start.empty()) {
      if (const auto state = begin(depth, Start::all_of_it, sink); state != State::going) {
        return state;
      }
    }
    auto& layer = m_layers[depth];
    if (!layer.uncoder || layer.has_ended) {
      continue;
    }
    if (layer.has_given) {
      result = State::broken;
    } else if (const auto state = take_as_plain(depth, sink); state != State::going) {
      return state;
    }
  }
  return result;
}

} // namespace limn
