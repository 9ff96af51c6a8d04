#include "queue/lane/lane_lines.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_longest_kept = 4096; // of a key, or of a value that is read

std::string text_of_raw(const std::string& raw)
{
  const auto document = parse_json(raw);
  return document ? std::string(string_or_empty(&*document)) : std::string();
}

} // namespace

void LaneLines::feed(std::string_view chunk)
{
  for (std::size_t at = 0; at < chunk.size();) {
    if (m_in_string && !m_in_escape && !m_in_key
        && (m_target == Target::none || m_target == Target::body)) {
      const auto passed = pass_string(chunk.substr(at));
      at += passed;
      m_at += passed;
      if (at == chunk.size()) {
        return;
      }
    }
    take(chunk[at]);
    ++at;
    ++m_at;
  }
}

// How much of it is plainly within the string at hand: images are.
std::size_t LaneLines::pass_string(std::string_view rest)
{
  auto inside = rest.substr(0, rest.find('"'));
  inside = inside.substr(0, inside.find('\n'));
  return std::min(inside.find('\\'), inside.size());
}

void LaneLines::take(char c)
{
  if (c == '\n') { // within a string it has no place either
    end_line();
    return;
  }
  const bool is_space = c == ' ' || c == '\t' || c == '\r';
  m_is_empty = m_is_empty && is_space;
  if (m_in_string) {
    take_in_string(c);
    return;
  }
  if (is_space) {
    return;
  }
  m_is_broken = m_is_broken || m_is_over || (m_depth == 0 && c != '{');
  switch (c) {
  case '"':
    m_in_string = true;
    m_in_key = m_expects_key && is_in_known_object();
    if (m_in_key) {
      m_keys[m_depth - 1].clear();
    }
    keep(c);
    return;
  case '{':
  case '[':
    keep(c);
    open(c == '{');
    return;
  case '}':
  case ']':
    end_value();
    keep(c);
    close();
    return;
  case ',':
    end_value();
    keep(c);
    m_expects_key = is_in_known_object();
    return;
  case ':':
    keep(c);
    if (is_in_known_object() && m_target == Target::none) {
      begin_value();
    }
    return;
  default:
    keep(c);
  }
}

void LaneLines::take_in_string(char c)
{
  keep(c);
  if (m_in_escape) {
    m_in_escape = false;
  } else if (c == '\\') {
    m_in_escape = true;
  } else if (c == '"') {
    m_in_string = false;
    m_expects_key = m_expects_key && !m_in_key;
    m_in_key = false;
  }
}

void LaneLines::keep(char c)
{
  if (m_in_key) {
    auto& key = m_keys[m_depth - 1];
    if (key.size() < k_longest_kept) {
      key += c;
    }
  } else if (m_target != Target::none && m_target != Target::body
             && m_raw.size() <= k_longest_kept) {
    m_raw += c;
  }
}

void LaneLines::open(bool is_object)
{
  ++m_depth;
  if (m_depth <= 2) {
    m_is_object[m_depth - 1] = is_object;
    m_keys[m_depth - 1].clear();
  }
  m_expects_key = is_in_known_object();
}

void LaneLines::close()
{
  if (m_depth == 0) {
    m_is_broken = true;
    return;
  }
  --m_depth;
  m_expects_key = false;
  m_is_over = m_depth == 0;
}

void LaneLines::begin_value()
{
  m_expects_key = false;
  const auto& outer = m_keys[0];
  const auto& inner = m_keys[1];
  if (m_depth == 1) {
    m_target = outer == "\"custom_id\"" ? Target::custom_id : Target::none;
  } else if (outer == "\"response\"") {
    m_target = inner == "\"status_code\""  ? Target::status
               : inner == "\"request_id\"" ? Target::request_id
               : inner == "\"body\""       ? Target::body
                                           : Target::none;
  } else if (outer == "\"error\"") {
    m_target = inner == "\"code\""      ? Target::error_code
               : inner == "\"message\"" ? Target::error_message
                                        : Target::none;
  }
  m_target_depth = m_depth;
  m_raw.clear();
  if (m_target == Target::body) {
    m_line.body_begin = m_at + 1;
    m_line.body_end = 0;
  }
}

void LaneLines::end_value()
{
  if (m_target == Target::none || m_depth != m_target_depth) {
    return;
  }
  switch (m_target) {
  case Target::none:
    break;
  case Target::custom_id:
    m_line.custom_id = text_of_raw(m_raw);
    break;
  case Target::status:
    if (const auto number = parse_json(m_raw); number && number->IsInt()) {
      m_line.status = number->GetInt();
    }
    break;
  case Target::request_id:
    m_line.request_id = text_of_raw(m_raw);
    break;
  case Target::body:
    m_line.body_end = m_at;
    break;
  case Target::error_code:
    m_line.error_code = text_of_raw(m_raw);
    break;
  case Target::error_message:
    m_line.error_message = text_of_raw(m_raw);
    break;
  }
  m_target = Target::none;
}

void LaneLines::end_line()
{
  if (!m_is_empty) {
    m_line.is_whole = m_is_over && !m_is_broken;
    m_told(std::exchange(m_line, {}));
  }
  m_line = {};
  m_is_empty = true;
  m_is_broken = m_is_over = m_in_string = m_in_escape = m_expects_key = m_in_key = false;
  m_depth = 0;
  m_target = Target::none;
  m_keys[0].clear();
  m_keys[1].clear();
}

void LaneLines::finish()
{
  end_line();
  m_at = 0;
}

} // namespace limn
