#include "fallback/answer_text.hpp"

#include "codec/answer_signs.hpp"
#include "codec/redaction.hpp"
#include "codec/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

constexpr std::size_t k_longest_excerpt = 200;
constexpr std::size_t k_most_leads = 5;
constexpr std::size_t k_most_searched = 16; // messages, the last ones

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
  m_messages.clear();
  m_size = 0;
  m_is_json = true;
}

void AnswerText::add(const Message& message)
{
  m_is_json = m_is_json && message.format == Message::Format::json;
  if (m_size + message.content.size() <= m_most) {
    m_messages.emplace_back(message.content);
    m_size += message.content.size();
  }
}

std::string AnswerText::whole() const
{
  std::string text;
  for (const auto& message : m_messages) {
    text.append(message).append("\n");
  }
  return text;
}

std::string_view AnswerText::extension() const
{
  return m_is_json ? "json" : "txt";
}

std::string AnswerText::excerpt(std::string_view told) const
{
  if (m_messages.empty()) {
    return {};
  }
  std::string text;
  // The last message is what a stream came to.
  const auto said = shortened(shown(m_messages.back()), k_longest_excerpt);
  if (!has(told, said)) {
    text = fmt::format("it said: {}", said);
  }
  std::string more;
  std::size_t leads = 0;
  const auto searched = std::min(m_messages.size(), k_most_searched);
  for (auto message = m_messages.end() - static_cast<std::ptrdiff_t>(searched);
       message != m_messages.end(); ++message) {
    for (const auto& lead : leads_in(*message, k_most_leads)) {
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
  for (const auto& message : m_messages) {
    most = std::max(most, limn::told_count(message));
  }
  return most;
}

} // namespace limn
