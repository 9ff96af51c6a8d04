#include "engine/answer_text.hpp"

#include "answer/answer_signs.hpp"
#include "base/redaction.hpp"
#include "base/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

constexpr std::size_t k_longest_excerpt = 200;
constexpr std::size_t k_most_leads = 5;
constexpr std::size_t k_most_searched = 16; // messages, the last ones
constexpr char k_end = '\x1e';              // of a message; JSON has none in it

std::string shown(std::string_view text)
{
  return Redactor().redact(terminal_safe(text));
}

bool has(std::string_view text, std::string_view part)
{
  return text.find(part) != std::string_view::npos;
}

// Of `task_id "imgtask_99"` what stands in the quotes, else the address.
std::string_view value_of(std::string_view lead)
{
  const auto begin = lead.find('"');
  return begin == std::string_view::npos ? lead : lead.substr(begin + 1, lead.size() - begin - 2);
}

} // namespace

void AnswerText::begin()
{
  m_text.clear();
  m_accepted = 0;
  m_is_json = true;
}

void AnswerText::begin_question()
{
  m_text.resize(m_accepted);
}

void AnswerText::add(const Message& message)
{
  m_is_json = m_is_json && message.format == Message::Format::json;
  if (m_text.size() + message.content.size() < m_most) {
    m_text.append(message.content).push_back(k_end);
  }
}

std::vector<std::string_view> AnswerText::last_messages() const
{
  std::vector<std::string_view> messages;
  std::string_view rest(m_text);
  while (!rest.empty() && messages.size() < k_most_searched) {
    rest.remove_suffix(1);
    const auto end = rest.rfind(k_end);
    const auto begin = end == std::string_view::npos ? 0 : end + 1;
    messages.push_back(rest.substr(begin));
    rest.remove_suffix(rest.size() - begin);
  }
  std::reverse(messages.begin(), messages.end());
  return messages;
}

std::string AnswerText::whole() const
{
  auto text = m_text;
  std::replace(text.begin(), text.end(), k_end, '\n');
  return text;
}

std::string_view AnswerText::extension() const
{
  return m_is_json ? "json" : "txt";
}

std::string AnswerText::excerpt(std::string_view told) const
{
  const auto messages = last_messages();
  if (messages.empty()) {
    return {};
  }
  std::string text;
  // The last message is what a stream came to.
  const auto said = shortened(shown(messages.back()), k_longest_excerpt);
  if (!has(told, said)) {
    text = fmt::format("it said: {}", said);
  }
  std::string more;
  std::size_t leads = 0;
  for (const auto message : messages) {
    for (const auto& lead : leads_in(message, k_most_leads)) {
      const auto shown_lead = shown(lead);
      const auto value = value_of(shown_lead);
      if (!has(told, value) && !has(text, value) && !has(more, value) && leads < k_most_leads) {
        more += fmt::format("{}{}", leads++ == 0 ? "" : ", ", shown_lead);
      }
    }
  }
  if (!more.empty()) {
    text += fmt::format("{}it names {}", text.empty() ? "" : "; ", more);
  }
  return text;
}

std::size_t AnswerText::told_count() const
{
  std::size_t most = 0;
  for (const auto message : last_messages()) {
    most = std::max(most, limn::told_count(message));
  }
  return most;
}

} // namespace limn
