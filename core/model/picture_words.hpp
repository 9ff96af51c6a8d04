#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// The words that people have for a picture: the values of quality, background, format and
// moderation, by which `name` tells them apart.

// Those that are known; none for another name.
std::span<const std::string_view> known_words(std::string_view name);

// As the wire has it: "JPG" is jpeg, "HIGH" is high. What is not known stays as it is: others are a
// gateway's own.
std::string plain_word(std::string_view name, std::string_view word);

// The known one that a word of the wire was meant to be, where it is near to one and none itself.
std::optional<std::string_view> word_meant(std::string_view name, std::string_view word);

} // namespace limn
