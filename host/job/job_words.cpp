#include "job/job_words.hpp"

#include "base/ascii.hpp"
#include "model/picture_words.hpp"
#include "model/size_text.hpp"
#include "settings/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace limn {

JobText in_plain_words(JobText text)
{
  text.quality = plain_word("quality", text.quality);
  text.background = plain_word("background", text.background);
  text.format = plain_word("format", text.format);
  text.moderation = plain_word("moderation", text.moderation);
  text.verify = ascii_lower(trimmed(text.verify));
  if (auto wish = read_size_text(text.size)) {
    text.size = std::move(wish->size);
  }
  return text;
}

std::optional<Failure> misspelt(std::string_view name, std::string_view word)
{
  const auto meant = word_meant(name, word);
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
