#include "chat_completions/spoken_images.hpp"

#include <algorithm>
#include <vector>

namespace limn::chat_completions {

namespace {

constexpr std::string_view k_token = "@limn:";
constexpr std::string_view k_data = "data:image/";
constexpr std::string_view k_base64 = ";base64,";
constexpr std::string_view k_closing = ")]}>\"'` \t\r\n"; // none of them is of a data URL

// Nobody reads more words than this in a message.
constexpr std::size_t k_max_words = 4096;

// An image of pieces too short to be taken out by the host is held here.
constexpr std::size_t k_max_said = 64 * 1024 * 1024;

// Where the data URL that the text ends within begins; npos if it ends within none.
std::size_t open_data_url(std::string_view text)
{
  const auto at = text.rfind(k_data);
  const bool is_closed =
    at != std::string_view::npos && text.find_first_of(k_closing, at) != std::string_view::npos;
  return is_closed ? std::string_view::npos : at;
}

} // namespace

void SpokenImages::add(std::string_view piece, sdk::Results& results)
{
  m_words += piece.substr(0, k_max_words - std::min(k_max_words, m_words.size()));
  if (m_said.size() + piece.size() > k_max_said) {
    throw sdk::Failure(LIMN_OUTCOME_UNKNOWN, "the words of the answer go on for more than 64 MiB",
                       "ask without streaming: stream: false in the settings of chat_completions");
  }
  // A token is never cut: what was said before is looked at already.
  auto from = m_is_within_lost_image ? 0 : m_said.size();
  m_said += piece;
  while (leave_lost_image()) {
    const auto at = m_said.find(k_token, from);
    if (at == std::string::npos) {
      return;
    }
    const auto digits = at + k_token.size();
    const auto end = std::min(m_said.find_first_not_of("0123456789", digits), m_said.size());
    if (end == digits) { // a model may say anything
      from = end;
      continue;
    }
    take_token(at, end, results);
    from = 0;
  }
}

// False while what is said belongs to an image that is lost already.
bool SpokenImages::leave_lost_image()
{
  if (m_is_within_lost_image) {
    const auto end = m_said.find_first_of(k_closing);
    m_said.erase(0, std::min(end, m_said.size()));
    m_is_within_lost_image = end == std::string::npos;
  }
  return !m_is_within_lost_image;
}

void SpokenImages::take_token(std::size_t at, std::size_t end, sdk::Results& results)
{
  const auto before = std::string_view(m_said).substr(0, at);
  const auto data_url = open_data_url(before);
  const bool is_whole = data_url == std::string_view::npos || before.ends_with(k_base64);
  report(before.substr(0, data_url), results);
  if (is_whole) {
    // If the gateway cut the image behind this, the host sees that it has no end, and keeps it.
    results.image(std::string_view(m_said).substr(at, end - at));
    ++m_image_count;
  } else {
    m_has_lost_image = true;
    m_is_within_lost_image = true;
  }
  m_said.erase(0, end);
}

void SpokenImages::finish(sdk::Results& results)
{
  report(m_said, results);
  m_said.clear();
}

void SpokenImages::report(std::string_view prose, sdk::Results& results)
{
  std::vector<plugins::FoundImage> images;
  plugins::add_images_in_prose(prose, images);
  for (const auto& image : images) {
    results.image(image.content);
    ++m_image_count;
  }
}

} // namespace limn::chat_completions
