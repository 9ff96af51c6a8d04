// One message of an answer, and what a provider of one request finds in it.
#pragma once

#include <limn/sdk/job.hpp>

#include <algorithm>

namespace limn::sdk {

// --- Interface ---

// A JSON document, or one event of a stream. Borrows from the event: good while the call lasts.
class Message
{
public:
  explicit Message(const Event& event) : m_event(&event) {}

  uint32_t http_status() const { return m_event->http_status; } // of the response
  bool is_success() const { return http_status() / 100 == 2; }

  // The response's header of that name, in whatever case; empty if there is none.
  std::string_view header(std::string_view name) const;

  // The body, or the data of one event. Every image in it has been replaced by a short token.
  std::string_view content() const { return from_abi(m_event->content); }
  bool is_json() const { return m_event->format == LIMN_FORMAT_JSON; } // well-formed; else text

  std::string_view event_name() const { return from_abi(m_event->event_name); }
  bool is_event_stream() const; // by the response's content type

  // The "[DONE]" that many gateways put at the end of a stream.
  bool is_end_marker() const;

  // Text that a person may read, and not the rest of a JSON document that was cut.
  bool is_prose() const;

private:
  const Event* m_event;
};

// A finished image: the string that holds it, be it token, base64, data URL or http URL.
struct Image {
  std::string content;
  std::string revised_prompt;
};

// A picture that is not finished: the string that holds it.
struct Partial {
  std::string content;
  std::optional<int64_t> index; // which one of its image, from 0, if the gateway says so

  Partial(std::string text, std::optional<int64_t> place = {})
    : content(std::move(text)), index(place)
  {
  }
};

// Tokens that the gateway says it counted; -1 where it does not say.
struct Usage {
  int64_t input_text_tokens = -1;
  int64_t input_image_tokens = -1;
  int64_t output_text_tokens = -1;
  int64_t output_image_tokens = -1;
  int64_t total_tokens = -1;
};

// What a provider found in one message. Nothing is fine too: most events of a stream hold nothing.
struct Answer {
  std::vector<Image> images;
  std::vector<Partial> partials; // previews
  std::optional<Usage> usage;
  std::vector<Pair> notes; // e.g. {"size", "1024x1024"}
  std::string words;       // what the model said instead of an image
  std::string refusal;     // what it declined in so many words
};

// --- Implementation ---

namespace detail {

constexpr char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool equals_in_any_case(std::string_view a, std::string_view b)
{
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
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

// At most `limit` bytes of `text`, never half a character, with an ellipsis for what is missing.
inline std::string shortened(std::string_view text, size_t limit = 500)
{
  constexpr std::string_view ellipsis = "\xe2\x80\xa6";
  text = trimmed(text);
  if (text.size() <= limit) {
    return std::string(text);
  }
  auto end = limit - ellipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) {
    --end;
  }
  return std::string(text.substr(0, end)) + std::string(ellipsis);
}

} // namespace detail

inline std::string_view Message::header(std::string_view name) const
{
  for (size_t i = 0; i < m_event->header_count; ++i) {
    if (detail::equals_in_any_case(from_abi(m_event->headers[i].key), name)) {
      return from_abi(m_event->headers[i].value);
    }
  }
  return {};
}

inline bool Message::is_event_stream() const
{
  constexpr std::string_view type = "text/event-stream";
  return detail::equals_in_any_case(header("content-type").substr(0, type.size()), type);
}

inline bool Message::is_end_marker() const
{
  return detail::trimmed(content()).starts_with("[DONE]");
}

inline bool Message::is_prose() const
{
  const auto text = detail::trimmed(content());
  return !is_json() && !is_event_stream() && !text.empty() && text.front() != '{'
         && text.front() != '[';
}

} // namespace limn::sdk
