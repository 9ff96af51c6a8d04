#include "model/picture_words.hpp"

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/nearest.hpp"

#include <array>
#include <utility>

namespace limn {

namespace {

// What models of any time take; hd and standard are dall-e's.
constexpr std::array<std::string_view, 8> k_qualities{"low",   "medium", "high", "auto",
                                                      "xhigh", "max",    "hd",   "standard"};
constexpr std::array<std::string_view, 3> k_backgrounds{"transparent", "opaque", "auto"};
constexpr std::array<std::string_view, 6> k_formats{"png", "jpeg", "jpg", "webp", "gif", "svg"};
constexpr std::array<std::string_view, 2> k_moderations{"auto", "low"};

} // namespace

std::span<const std::string_view> known_words(std::string_view name)
{
  return name == "quality"      ? std::span<const std::string_view>(k_qualities)
         : name == "background" ? std::span<const std::string_view>(k_backgrounds)
         : name == "format"     ? std::span<const std::string_view>(k_formats)
         : name == "moderation" ? std::span<const std::string_view>(k_moderations)
                                : std::span<const std::string_view>();
}

std::string plain_word(std::string_view name, std::string_view word)
{
  auto lower = ascii_lower(trimmed(word));
  if (!contains(known_words(name), lower)) {
    return std::string(word);
  }
  return lower == "jpg" ? "jpeg" : std::move(lower);
}

std::optional<std::string_view> word_meant(std::string_view name, std::string_view word)
{
  const auto known = known_words(name);
  return word.empty() || contains(known, word) ? std::nullopt : nearest(word, known);
}

} // namespace limn
