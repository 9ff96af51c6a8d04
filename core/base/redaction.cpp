#include "base/redaction.hpp"

#include "base/short_keys.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

// What people write where no key is wanted.
constexpr std::array<std::string_view, 14> k_placeholders{
  "EMPTY",     "none",        "null",   "not-needed",      "not_needed",         "no-key",
  "lm-studio", "placeholder", "ollama", "no-key-required", "sk-no-key-required", "dummy",
  "dummy-key", "unused"};

bool is_placeholder(std::string_view key)
{
  return std::find(k_placeholders.begin(), k_placeholders.end(), key) != k_placeholders.end();
}

constexpr std::array<std::string_view, 4> k_masks{"*", ".", "\xE2\x80\xA6",
                                                  "\xE2\x80\xA2"}; // the last two are … and •

// The length of the mask characters in front of `text`.
std::size_t mask_size(std::string_view text)
{
  std::size_t size = 0;
  for (bool more = true; more;) {
    more = false;
    for (const auto mask : k_masks) {
      if (text.substr(size).starts_with(mask)) {
        size += mask.size();
        more = true;
      }
    }
  }
  return size;
}

// A key may hold dots itself, hence the length.
constexpr std::size_t k_shortest_mask = 3;
constexpr std::size_t k_shortest_visible_head = 4;
constexpr std::size_t k_shortest_visible_tail = 2;

// What decodes to an escape is decoded again: as often as services nest it, and once more.
constexpr int k_most_levels = 4;

std::string with_ranges_replaced(std::string_view text, std::vector<TextRange>& ranges)
{
  std::sort(ranges.begin(), ranges.end(),
            [](const TextRange& a, const TextRange& b) { return a.begin < b.begin; });
  std::string result;
  result.reserve(text.size());
  std::size_t done = 0;
  for (const auto& range : ranges) {
    if (range.begin >= done) {
      result.append(text.substr(done, range.begin - done)).append(k_redacted);
    }
    done = std::max(done, range.end);
  }
  return result.append(text.substr(done));
}

// So that no range begins or ends within an escape of JSON.
void widen_to_escapes(std::string_view escaped, std::vector<TextRange>& ranges)
{
  std::vector<TextRange> escapes;
  for (auto at = escaped.find('\\'); at != std::string_view::npos;) {
    const auto end = std::min(at + (escaped.substr(at).starts_with("\\u") ? 6 : 2), escaped.size());
    escapes.push_back({at, end});
    at = escaped.find('\\', end);
  }
  const auto around = [&escapes](std::size_t at) -> const TextRange* {
    const auto behind =
      std::upper_bound(escapes.begin(), escapes.end(), at,
                       [](std::size_t place, const TextRange& one) { return place < one.begin; });
    const auto* escape = behind == escapes.begin() ? nullptr : &*(behind - 1);
    return escape && escape->begin < at && at < escape->end ? escape : nullptr;
  };
  for (auto& range : ranges) {
    const auto* first = around(range.begin);
    const auto* last = around(range.end);
    range.begin = first ? first->begin : range.begin;
    range.end = last ? last->end : range.end;
  }
}

// The names under which limn's JSON has what limn says itself. All else may be a gateway's words.
constexpr std::array<std::string_view, 38> k_own_names{
  "path",         "file",          "folder",
  "manifest",     "moved_to",      "limn_yaml",
  "preferences",  "images",        "model",
  "models",       "gateway",       "name",
  "base_url",     "origin",        "origins",
  "provider",     "sha256",        "id",
  "item",         "class",         "event",
  "state",        "format",        "kind",
  "door",         "outcome",       "attempt",
  "inputs",       "mask",          "job_id",
  "code",         "retry",         "output_directory",
  "may_write_to", "may_read_from", "host",
  "backup",       "backups"};

bool is_own_name(std::string_view name)
{
  return std::find(k_own_names.begin(), k_own_names.end(), name) != k_own_names.end();
}

// Where the string that begins behind `begin` ends: at its quote.
std::size_t end_of_string(std::string_view json, std::size_t begin)
{
  while (begin < json.size() && json[begin] != '"') {
    begin += json[begin] == '\\' ? 2 : 1;
  }
  return std::min(begin, json.size());
}

} // namespace

void Redactor::add(const Secret& secret)
{
  const std::lock_guard lock(m_mutex);
  const auto key = secret.reveal();
  auto& keys = key.size() < k_shortest_redacted_key ? m_short_keys : m_keys;
  if (key.empty() || is_placeholder(key)
      || std::find(keys.begin(), keys.end(), secret) != keys.end()) {
    return;
  }
  keys.push_back(secret);
  if (key.size() >= k_shortest_redacted_key) {
    m_index.add(key, KeyIndex::Part::run);
  }
}

void Redactor::add_whole(const Secret& secret)
{
  if (secret.reveal().size() >= k_shortest_redacted_key) {
    const std::lock_guard lock(m_mutex);
    m_index.add(secret.reveal(), KeyIndex::Part::whole);
  }
}

void Redactor::add_public(std::string_view word)
{
  const std::lock_guard lock(m_mutex);
  m_index.add_public(word);
}

void Redactor::find_known(std::string_view text, KeyIndex::Part part,
                          std::vector<TextRange>& found) const
{
  if (m_index.empty()) {
    return;
  }
  const auto plain = plain_view(text);
  auto view = without_blanks(plain);
  m_index.find(view, part, found);
  const auto escapes = escapes_in(text);
  if (escapes != Escapes::none) {
    view = plain;
    for (int level = 0; level < k_most_levels; ++level) {
      auto next = decoded(view, Escapes::all);
      if (next.text.size() == view.text.size()) {
        break;
      }
      view = std::move(next);
      m_index.find(without_blanks(view), part, found);
    }
    // What reads as an escape of one kind may be text to those who know another.
    for (const auto one : {Escapes::url, Escapes::backslash, Escapes::entity}) {
      if (has(escapes, one) && escapes != one) {
        m_index.find(without_blanks(decoded(plain, one)), part, found);
      }
    }
    view = without_blanks(view);
  }
  m_index.find(without_hex_separators(view), part, found);
}

// Services echo a wrong key as its first and last characters with a mask between them, and a
// message that was cut ends with one. What is left to see is still more than anyone should.
void Redactor::find_masked(std::string_view text, std::vector<TextRange>& found) const
{
  for (auto at = text.find_first_of("*.\xE2"); at != std::string_view::npos;
       at = text.find_first_of("*.\xE2", at)) {
    const auto size = mask_size(text.substr(at));
    const auto begin = at;
    at += std::max<std::size_t>(size, 1);
    if (size < k_shortest_mask) {
      continue;
    }
    const auto before = text.substr(0, begin);
    const auto after = text.substr(begin + size);
    for (const auto& secret : m_keys) {
      const auto key = secret.reveal();
      auto head = std::min(before.size(), key.size());
      while (head > 0 && !before.ends_with(key.substr(0, head))) {
        --head;
      }
      auto tail = std::min(after.size(), key.size());
      while (tail > 0 && !after.starts_with(key.substr(key.size() - tail))) {
        --tail;
      }
      const bool both_ends = head >= k_shortest_visible_head && tail >= k_shortest_visible_tail;
      if (both_ends || std::max(head, tail) >= k_shortest_redacted_key) {
        found.push_back({begin - head, begin + size + tail});
      }
    }
  }
}

std::vector<TextRange> Redactor::find(std::string_view text, Origin origin) const
{
  std::vector<TextRange> found;
  find_known(text, origin == Origin::own ? KeyIndex::Part::whole : KeyIndex::Part::run, found);
  if (origin == Origin::foreign) {
    for (const auto& key : m_short_keys) {
      find_short_key(text, key.reveal(), found);
    }
    find_masked(text, found);
    find_key_lookalikes(text, found);
  }
  if (origin == Origin::foreign || text.find("://") != std::string_view::npos) {
    find_user_info(text, found);
    find_query_secrets(text, found);
  }
  return found;
}

std::string Redactor::redact_known(std::string_view text) const
{
  const std::lock_guard lock(m_mutex);
  std::vector<TextRange> found;
  find_known(text, KeyIndex::Part::run, found);
  for (const auto& key : m_short_keys) {
    find_short_key(text, key.reveal(), found);
  }
  if (found.empty()) {
    return std::string(text);
  }
  widen_to_escapes(text, found); // where it is JSON, it is to stay JSON
  return with_ranges_replaced(text, found);
}

std::string Redactor::redact_text(std::string_view text, Origin origin) const
{
  auto found = find(text, origin);
  return found.empty() ? std::string(text) : with_ranges_replaced(text, found);
}

std::string Redactor::redact(std::string_view text) const
{
  const std::lock_guard lock(m_mutex);
  return redact_text(text, Origin::foreign);
}

std::string Redactor::redact_own(std::string_view text) const
{
  const std::lock_guard lock(m_mutex);
  return redact_text(text, Origin::own);
}

bool Redactor::looks_like_key(std::string_view name) const
{
  return redact_own(name) != name || Redactor().redact(name) != name;
}

std::string Redactor::redact_string(std::string_view escaped, Origin origin) const
{
  const auto is_escaped = [escaped](const Secret& key) { return key.reveal() == escaped; };
  if (origin == Origin::foreign
      && std::any_of(m_short_keys.begin(), m_short_keys.end(), is_escaped)) {
    return std::string(k_redacted);
  }
  auto found = find(escaped, origin);
  if (found.empty()) {
    return std::string(escaped);
  }
  widen_to_escapes(escaped, found);
  return with_ranges_replaced(escaped, found);
}

std::string Redactor::redact_json(std::string_view json,
                                  std::span<const TextRange> image_data) const
{
  const std::lock_guard lock(m_mutex);
  std::string result;
  result.reserve(json.size());
  std::string_view name;
  for (std::size_t at = 0; at < json.size();) {
    const auto quote = json.find('"', at);
    if (quote == std::string_view::npos) {
      result.append(json.substr(at));
      break;
    }
    const bool is_image = !image_data.empty() && image_data.front().begin == quote + 1;
    const auto end = is_image ? image_data.front().end : end_of_string(json, quote + 1);
    const auto text = json.substr(quote + 1, end - quote - 1);
    result.append(json.substr(at, quote + 1 - at));
    if (is_image) {
      result.append(text);
      image_data = image_data.subspan(1);
    } else {
      const bool is_name = json.substr(std::min(end + 1, json.size())).starts_with(':');
      name = is_name ? text : name;
      const bool is_own = is_name || is_own_name(name);
      result.append(redact_string(text, is_own ? Origin::own : Origin::foreign));
    }
    if (end < json.size()) {
      result += '"';
    }
    at = end + 1;
  }
  return result;
}

} // namespace limn
