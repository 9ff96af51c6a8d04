#include "answer/mended_json.hpp"
#include "answer/message_stream.hpp"
#include "answer/text_start.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

// MessageStream, what it makes of the text of a message.
namespace limn {

namespace {

// Where the next document may begin: right here, behind what separates documents, or on a line of
// its own; npos if it does nowhere.
std::size_t next_document(std::string_view text)
{
  const auto first = text.find_first_not_of(std::string_view("\0 \t\r\n\x1e,;", 8));
  if (first == std::string_view::npos || text[first] == '{' || text[first] == '[') {
    return first;
  }
  const auto line = std::min(text.find("\n{"), text.find("\n["));
  return line == std::string_view::npos ? line : line + 1;
}

// What a JSON string holds, if that is JSON again.
std::optional<std::string> json_in_string(std::string_view json)
{
  if (!json.starts_with('"')) {
    return std::nullopt;
  }
  const auto document = parse_json(json);
  if (!document || !document->IsString()) {
    return std::nullopt;
  }
  const auto inner = without_blanks(string_or_empty(&*document));
  std::string repaired;
  if (inner.starts_with('{') || inner.starts_with('[') || inner.starts_with('"')) {
    if (const auto whole = as_json(inner, repaired)) {
      return std::string(*whole);
    }
    if (auto mended = mend_json(inner); mended && as_json(mended->text, repaired)) {
      return std::move(mended->text);
    }
  }
  return std::nullopt;
}

} // namespace

void MessageStream::deliver(std::string_view event_name)
{
  if (is_deeper_than(m_limits.max_json_depth, m_text)) {
    give_up(State::too_deep, event_name);
    return;
  }
  if (m_ending == Ending::unheard) {
    cut(m_text, event_name);
    return;
  }
  std::string repaired;
  if (const auto json = as_json(m_text, repaired)) {
    const auto inner = json_in_string(*json);
    tell({Message::Format::json, inner ? std::string_view(*inner) : *json, event_name});
    return;
  }
  const auto rest = deliver_documents(event_name);
  const bool is_none = rest.size() == m_text.size();
  if (m_state == State::going && m_ending == Ending::broken) {
    cut(rest, event_name);
  } else if (m_state == State::going && is_none) {
    tell({Message::Format::text, rest.substr(0, k_max_text_size), event_name});
  }
}

// A message for each document that is one but for small faults. Returns what stands behind them,
// all of it if there is none.
std::string_view MessageStream::deliver_documents(std::string_view event_name)
{
  std::string_view rest = m_text;
  if (begins_behind_guard(rest) && !rest.starts_with('/')) {
    // "{}&&" begins with a document of its own, which says nothing.
    const auto begin = rest.find_first_of("{[", rest.starts_with("{}") ? 2 : 0);
    rest.remove_prefix(std::min(begin, rest.size()));
  }
  std::vector<std::string> documents;
  for (;;) {
    auto mended = mend_json(rest);
    std::string repaired;
    // "[ERROR] no model" and "[1] no model" are no lists.
    const auto whole = mended && mended->text.find('{') != std::string::npos
                         ? as_json(mended->text, repaired)
                         : std::nullopt;
    if (!whole) {
      break;
    }
    documents.emplace_back(*whole);
    rest.remove_prefix(mended->end);
    const auto next = next_document(rest);
    if (next == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(next);
  }
  if (documents.empty()) {
    return m_text;
  }
  const bool is_cut = m_ending == Ending::broken && !without_blanks(rest).empty();
  for (const auto& document : documents) {
    if (m_state == State::going) {
      tell({Message::Format::json, document, event_name, is_cut || &document != &documents.back()});
    }
  }
  return rest;
}

void MessageStream::tell(const Message& message)
{
  // Not seen in the text as a whole: behind a guard, or within a string.
  if (message.format == Message::Format::json
      && is_deeper_than(m_limits.max_json_depth, message.content)) {
    give_up(State::too_deep, message.event_name);
  } else if (!m_sink.message(message)) {
    m_state = State::unwanted;
  }
}

// Marks alone, as what closes a call, tell nothing.
void MessageStream::cut(std::string_view text, std::string_view event_name)
{
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  if (std::any_of(text.begin(), text.end(), is_word)) {
    m_sink.cut_off({Message::Format::text, text, event_name});
  }
}

void MessageStream::give_up(State why, std::string_view event_name)
{
  m_state = why;
  m_given_up = event_name;
}

// Behind the run that may be under way.
void MessageStream::tell_given_up()
{
  if (const auto event_name = std::exchange(m_given_up, std::nullopt)) {
    end_run(false);
    cut(m_text, *event_name);
  }
}

} // namespace limn
