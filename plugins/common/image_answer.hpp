#pragma once

#include "common/image_names.hpp"
#include "common/json.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn::plugins {

// An image as an answer holds it: token, base64, data URL or http URL.
struct FoundImage {
  std::string content;
  std::string revised_prompt;
};

// --- Interface: where the answers of OpenAI-compatible gateways hold what they hold ---

// What a string, an object around one, or a list of these holds: base64 before a URL, empty strings
// passed over.
void add_images(const Json* value, std::vector<FoundImage>& images);

// Every finished image of a whole answer, in whichever of the known places it lies: `data`,
// `images`, `output`, `choices`, `candidates`, the forms of other vendors that relays pass on
// (k_image_names, k_wrapper_names), or the answer is the image.
std::vector<FoundImage> images_in(const Json& answer);

// What an answer with the status of an error holds as one that succeeded would, by its address: it
// was drawn all the same. Images themselves are the host's to find, wherever they stand.
std::vector<FoundImage> addresses_beside_refusal(const Json& answer);

// Whether one of them is more than an address: an address says nothing of what lies there, and
// before a job is done it may be a preview's.
bool has_bytes(const std::vector<FoundImage>& images);

// Images in prose: a text that is nothing but one URL, Markdown images, else data URLs anywhere.
void add_images_in_prose(std::string_view prose, std::vector<FoundImage>& images);

// The content of a chat message: a string, or parts of which some are images.
void add_images_in_content(const Json* content, std::vector<FoundImage>& images);

// What a model said instead of, or beside, an image. An `item` is an element of `output`.
struct Words {
  std::string text;
  std::string refusal; // what it declined in so many words
};
void add_words_of_item(const Json& item, Words& words);
Words words_in(const Json& answer);

// --- Implementation ---

namespace detail {

// Objects around objects around an image; no gateway nests deeper.
inline constexpr int k_max_wrapping = 6;

inline bool is_url(std::string_view text)
{
  return text.starts_with("https://") || text.starts_with("http://")
         || text.starts_with("data:image/");
}

// A string that is the whole of an answer may as well be words.
inline bool is_image(std::string_view text)
{
  constexpr std::size_t k_shortest = 64; // of base64; no word is as long
  constexpr std::string_view k_base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n";
  const bool is_base64 =
    text.size() >= k_shortest && text.find_first_not_of(k_base64) == std::string_view::npos;
  return is_base64 || text.starts_with("@limn:") || is_url(text);
}

inline std::string_view trimmed(std::string_view text)
{
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Adds the images of the first of `names` that has any, also where it stands there twice.
template <typename Add>
void add_of_first(const Json* value, std::span<const std::string_view> names,
                  std::vector<FoundImage>& images, Add&& add)
{
  const auto before = images.size();
  for (const auto name : names) {
    for_each_member(value, name, [&](const Json& found) { add(found); });
    if (images.size() > before) {
      return;
    }
  }
}

inline void add_images(const Json* value, std::vector<FoundImage>& images,
                       std::string_view revised_prompt, int depth)
{
  if (!value || depth > k_max_wrapping) {
    return;
  }
  if (value->IsArray()) {
    for_each(value,
             [&](const Json& element) { add_images(&element, images, revised_prompt, depth + 1); });
    return;
  }
  if (const auto text = text_of(value); !text.empty()) {
    images.push_back({std::string(text), std::string(revised_prompt)});
    return;
  }
  if (const auto own = text_of(member(value, "revised_prompt")); !own.empty()) {
    revised_prompt = own;
  }
  add_of_first(value, k_plain_names, images,
               [&](const Json& found) { add_images(&found, images, revised_prompt, depth + 1); });
}

// What looks like an image under any of the known names.
inline void add_likely_images(const Json& value, std::vector<FoundImage>& images,
                              std::string_view revised_prompt, int depth)
{
  if (depth > k_max_wrapping) {
    return;
  }
  if (value.IsArray()) {
    for_each(&value, [&](const Json& element) {
      add_likely_images(element, images, revised_prompt, depth + 1);
    });
    return;
  }
  if (const auto text = trimmed(text_of(&value)); is_image(text)) {
    images.push_back({std::string(text), std::string(revised_prompt)});
    return;
  }
  if (const auto own = first_text(&value, {"revised_prompt", "actual_prompt"}); !own.empty()) {
    revised_prompt = own;
  }
  add_of_first(&value, k_image_names, images, [&](const Json& found) {
    add_likely_images(found, images, revised_prompt, depth + 1);
  });
}

inline void add_line(std::string& text, std::string_view line)
{
  line = trimmed(line);
  if (line.empty()) {
    return;
  }
  if (!text.empty()) {
    text += '\n';
  }
  text += line;
}

inline void add_words_in_content(const Json* content, Words& words)
{
  for_each(content, [&](const Json& part) {
    add_line(words.text, part.IsString() ? text_of(&part) : text_of(member(&part, "text")));
    add_line(words.refusal, text_of(member(&part, "refusal")));
  });
}

} // namespace detail

inline void add_images(const Json* value, std::vector<FoundImage>& images)
{
  detail::add_images(value, images, {}, 0);
}

inline void add_images_in_prose(std::string_view prose, std::vector<FoundImage>& images)
{
  const auto whole = detail::trimmed(prose);
  const bool is_bare = detail::is_url(whole) || whole.starts_with("@limn:");
  if (is_bare && whole.find_first_of(" \t\r\n") == std::string_view::npos) {
    images.push_back({std::string(whole), {}});
    return;
  }
  const auto before = images.size();
  std::size_t at = 0;
  while ((at = prose.find("![", at)) != std::string_view::npos) {
    const auto open = prose.find("](", at);
    if (open == std::string_view::npos) {
      break;
    }
    const auto begin = open + 2;
    const auto end = prose.find_first_of(") \t\r\n", begin);
    const auto target = prose.substr(begin, end == std::string_view::npos ? end : end - begin);
    if (detail::is_url(target)) {
      images.push_back({std::string(target), {}});
    }
    at = begin;
  }
  if (images.size() > before) {
    return;
  }
  at = 0;
  while ((at = prose.find("data:image/", at)) != std::string_view::npos) {
    const auto end = std::min(prose.find_first_of(")]}>\"'` \t\r\n", at), prose.size());
    images.push_back({std::string(prose.substr(at, end - at)), {}});
    at = end;
  }
}

inline void add_images_in_content(const Json* content, std::vector<FoundImage>& images)
{
  for_each(content, [&](const Json& part) {
    add_images_in_prose(part.IsString() ? text_of(&part) : text_of(member(&part, "text")), images);
    const auto before = images.size();
    add_images(member(&part, "image_url"), images);
    add_images(member(&part, "image"), images);
    if (text_of(member(&part, "type")) == "image" && images.size() == before) {
      add_images(&part, images);
      add_images(member(&part, "source"), images);
    }
    for (const auto* name : {"inlineData", "inline_data"}) {
      add_images(member(&part, {name, "data"}), images);
    }
  });
}

namespace detail {

inline void add_of_choices(const Json& answer, std::vector<FoundImage>& images)
{
  for_each(member(&answer, "choices"), [&](const Json& choice) {
    for (const auto* name : {"message", "delta"}) {
      const auto* message = member(&choice, name);
      const auto before = images.size();
      plugins::add_images(member(message, "images"), images);
      if (images.size() == before) {
        add_images_in_content(member(message, "content"), images);
      }
    }
  });
}

inline void add_of_data(const Json& data, std::vector<FoundImage>& images)
{
  for_each(&data, [&](const Json& item) {
    if (item.IsObject()) {
      const auto before = images.size();
      plugins::add_images(&item, images);
      if (images.size() == before) {
        plugins::add_images(member(&item, "images"), images);
      }
    } else if (is_image(trimmed(text_of(&item)))) {
      images.push_back({std::string(trimmed(text_of(&item))), {}});
    }
  });
}

inline void add_of_output(const Json& output, std::vector<FoundImage>& images)
{
  for_each(&output, [&](const Json& item) {
    const auto before = images.size();
    plugins::add_images(member(&item, "result"), images);
    add_images_in_content(member(&item, "content"), images);
    if (images.size() == before) {
      add_likely_images(item, images, {}, 0);
    }
  });
}

// Where OpenAI and Google have their images; nothing else stands there.
inline void add_of_known_places(const Json& answer, std::vector<FoundImage>& images)
{
  const auto try_next = [&](auto&& add) {
    if (images.empty()) {
      add();
    }
  };
  for_each_member(&answer, "data",
                  [&](const Json& data) { try_next([&] { add_of_data(data, images); }); });
  try_next([&] { plugins::add_images(member(&answer, "images"), images); });
  for_each_member(&answer, "output",
                  [&](const Json& output) { try_next([&] { add_of_output(output, images); }); });
  try_next([&] { add_of_choices(answer, images); });
  try_next([&] {
    for_each(member(&answer, "candidates"), [&](const Json& candidate) {
      add_images_in_content(member(&candidate, {"content", "parts"}), images);
    });
  });
}

inline void add_of_answer(const Json& answer, std::vector<FoundImage>& images, int depth)
{
  add_of_known_places(answer, images);
  if (const auto* error = member(&answer, "error"); error && !error->IsNull()) {
    return; // an address beside it is one to read about it
  }
  if (images.empty()) {
    add_likely_images(answer, images, {}, 0);
  }
  for (const auto name : k_wrapper_names) {
    for_each_member(&answer, name, [&](const Json& wrapped) {
      for_each(&wrapped, [&](const Json& item) {
        if (!images.empty() || depth >= k_max_wrapping) {
          return;
        }
        if (item.IsObject()) {
          add_of_answer(item, images, depth + 1);
        } else if (const auto text = trimmed(text_of(&item)); text.starts_with('{')) {
          add_of_answer(parse_json(text), images, depth + 1);
        }
      });
    });
  }
}

} // namespace detail

inline std::vector<FoundImage> images_in(const Json& answer)
{
  std::vector<FoundImage> images;
  if (const auto text = detail::trimmed(text_of(&answer)); detail::is_image(text)) {
    images.push_back({std::string(text), {}});
    return images;
  }
  if (answer.IsArray()) { // what others have under "data"
    detail::add_of_data(answer, images);
    if (!images.empty()) {
      return images;
    }
  }
  for_each(&answer, [&](const Json& one) { // most are no list
    if (images.empty() || answer.IsArray()) {
      std::vector<FoundImage> more;
      detail::add_of_answer(one, more, 0);
      images.insert(images.end(), more.begin(), more.end());
    }
  });
  return images;
}

inline std::vector<FoundImage> addresses_beside_refusal(const Json& answer)
{
  std::vector<FoundImage> images;
  // An object may be what a framework tells of the request: its address, for one.
  if (const auto* data = member(&answer, "data"); !data || !data->IsObject()) {
    detail::add_of_known_places(answer, images);
  }
  std::erase_if(images, [](const FoundImage& image) {
    const bool is_path = image.content.starts_with('/') && !image.content.starts_with("/9j/");
    return !image.content.starts_with("http") && !is_path; // "/9j/" begins a JPEG in base64
  });
  return images;
}

inline bool has_bytes(const std::vector<FoundImage>& images)
{
  return std::any_of(images.begin(), images.end(),
                     [](const FoundImage& image) { return !image.content.starts_with("http"); });
}

inline void add_words_of_item(const Json& item, Words& words)
{
  detail::add_words_in_content(member(&item, "content"), words);
}

inline Words words_in(const Json& answer)
{
  Words words;
  for_each(member(&answer, "output"), [&](const Json& item) { add_words_of_item(item, words); });
  for_each(member(&answer, "choices"), [&](const Json& choice) {
    for (const auto* name : {"message", "delta"}) {
      const auto* message = member(&choice, name);
      detail::add_words_in_content(member(message, "content"), words);
      detail::add_line(words.refusal, text_of(member(message, "refusal")));
    }
  });
  for_each(member(&answer, "candidates"), [&](const Json& candidate) {
    detail::add_words_in_content(member(&candidate, {"content", "parts"}), words);
  });
  if (words.text.empty()) {
    words.text = detail::trimmed(
      answer.IsString()
        ? text_of(&answer)
        : first_text(&answer, {"output_text", "text", "content", "message", "msg", "detail"}));
  }
  return words;
}

} // namespace limn::plugins
