#include "job/job_words.hpp"

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/nearest.hpp"
#include "model/size_text.hpp"
#include "settings/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <utility>

namespace limn {

namespace {

// What models of any time take; hd and standard are dall-e's.
constexpr std::array<std::string_view, 8> k_qualities{"low",   "medium", "high", "auto",
                                                      "xhigh", "max",    "hd",   "standard"};
constexpr std::array<std::string_view, 3> k_backgrounds{"transparent", "opaque", "auto"};
constexpr std::array<std::string_view, 6> k_formats{"png", "jpeg", "jpg", "webp", "gif", "svg"};
constexpr std::array<std::string_view, 2> k_moderations{"auto", "low"};

std::span<const std::string_view> known_words(std::string_view name)
{
  return name == "quality"      ? std::span<const std::string_view>(k_qualities)
         : name == "background" ? std::span<const std::string_view>(k_backgrounds)
         : name == "format"     ? std::span<const std::string_view>(k_formats)
         : name == "moderation" ? std::span<const std::string_view>(k_moderations)
                                : std::span<const std::string_view>();
}

void put_plainly(std::string_view name, std::string& word)
{
  if (auto lower = ascii_lower(trimmed(word)); contains(known_words(name), lower)) {
    word = lower == "jpg" ? "jpeg" : std::move(lower);
  }
}

} // namespace

JobText in_plain_words(JobText text)
{
  put_plainly("quality", text.quality);
  put_plainly("background", text.background);
  put_plainly("format", text.format);
  put_plainly("moderation", text.moderation);
  text.verify = ascii_lower(trimmed(text.verify));
  if (auto wish = read_size_text(text.size)) {
    text.size = std::move(wish->size);
  }
  return text;
}

std::optional<Failure> misspelt(std::string_view name, std::string_view word)
{
  const auto known = known_words(name);
  if (word.empty() || contains(known, word)) {
    return std::nullopt;
  }
  const auto meant = nearest(word, known);
  if (!meant) {
    return std::nullopt;
  }
  return Failure(FailureClass::usage,
                 fmt::format("{}: '{}' is not known: did you mean '{}'?", name, word, *meant));
}

std::string_view format_of_name(std::string_view file)
{
  const auto extension = ascii_lower(std::filesystem::path(file).extension().native());
  return extension == ".jpg" || extension == ".jpeg" ? "jpeg"
         : extension == ".png"                       ? "png"
         : extension == ".webp"                      ? "webp"
                                                     : "";
}

Result<std::vector<std::string>> read_names(std::string_view name,
                                            const std::vector<std::string>& texts)
{
  std::vector<std::string> all;
  for (const auto& text : texts) {
    for (auto& word : words_of_list(text)) {
      if (word.empty()) {
        return fail(FailureClass::usage, fmt::format("{}: a name is empty", name));
      }
      if (std::find(all.begin(), all.end(), word) == all.end()) {
        all.push_back(std::move(word));
      }
    }
  }
  return all;
}

} // namespace limn
