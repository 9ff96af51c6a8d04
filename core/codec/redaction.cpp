#include "codec/redaction.hpp"

#include "codec/base64.hpp"
#include "codec/key_lookalikes.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace limn {

namespace {

using Ranges = std::vector<TextRange>;

int hex_value(char c)
{
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

// The byte that `text` begins with in the escaped spelling of `escape` ("%" or "\\u00") and two
// digits; -1 if it does not.
int escaped_byte(std::string_view text, std::string_view escape)
{
  if (!text.starts_with(escape) || text.size() < escape.size() + 2) {
    return -1;
  }
  const int high = hex_value(text[escape.size()]);
  const int low = hex_value(text[escape.size() + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// The ends of all spellings of `c` that begin at `at`: as it is, as a URL or as a JSON writer may
// spell it. A backslash or a percent sign may be itself, or begin the escape of itself.
void add_ends(std::string_view text, std::size_t at, char c, std::vector<std::size_t>& ends)
{
  const auto rest = text.substr(at);
  if (rest.starts_with(c)) {
    ends.push_back(at + 1);
  }
  if (rest.size() >= 2 && rest[0] == '\\' && rest[1] == c) {
    ends.push_back(at + 2);
  }
  for (const std::string_view escape : {"%", "\\u00"}) {
    if (escaped_byte(rest, escape) == static_cast<unsigned char>(c)) {
      ends.push_back(at + escape.size() + 2);
    }
  }
}

// So many characters of a key's beginning are too many to show: a message may have been cut there.
constexpr std::size_t k_longest_shown_head = 11;

// The end of the key that begins at `at`, in whatever mixture of spellings, or of as much of it as
// there is; 0 if that is too little to tell.
std::size_t end_of_key(std::string_view text, std::size_t at, std::string_view key)
{
  std::vector<std::size_t> ends{at}; // of what was read so far, in each way to read it
  std::vector<std::size_t> next;
  std::size_t count = 0;
  for (const char c : key) {
    next.clear();
    for (const auto end : ends) {
      add_ends(text, end, c, next);
    }
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    if (next.empty()) {
      break;
    }
    std::swap(ends, next);
    ++count;
  }
  return count == key.size() || count > k_longest_shown_head ? ends.back() : 0;
}

void find_whole(std::string_view text, std::string_view key, Ranges& found)
{
  const std::array<char, 3> starts{key.front(), '%', '\\'};
  const std::string_view any_start(starts.data(), starts.size());
  for (auto at = text.find_first_of(any_start); at != std::string_view::npos;
       at = text.find_first_of(any_start, at)) {
    const auto end = end_of_key(text, at, key);
    if (end != 0) {
      found.push_back({at, end});
    }
    at = std::max(at + 1, end);
  }
}

// What base64 makes of the key wherever it stands in what was encoded: behind `shift` other bytes,
// without the characters that depend on its neighbours.
std::string base64_spelling(std::string_view key, std::size_t shift)
{
  std::string behind_others(shift, '\0');
  behind_others.reserve(shift + key.size());
  behind_others += key;
  auto encoded = base64_encode(std::as_bytes(std::span(behind_others)));
  const auto whole = behind_others.size() * 8 / 6;
  wipe(behind_others);
  encoded.resize(whole);
  return encoded.substr((shift * 8 + 5) / 6);
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

// Services echo a wrong key as its first and last characters with a mask between them, and a
// message that was cut ends with one. What is left to see is still more than anyone should.
void find_masked(std::string_view text, const std::vector<Secret>& keys, Ranges& found)
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
    for (const auto& secret : keys) {
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

// The whole run of base64 around the spelling: its neighbours may hold the key's first and last
// bits.
void find_base64(std::string_view text, std::string_view spelling, Ranges& found)
{
  for (auto at = text.find(spelling); at != std::string_view::npos;) {
    const auto run = credential_around(text, at);
    found.push_back({run.begin, std::max(run.end, at + spelling.size())});
    at = text.find(spelling, found.back().end);
  }
}

std::string with_ranges_replaced(std::string_view text, Ranges& ranges)
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

} // namespace

void Redactor::add(const Secret& secret)
{
  const auto key = secret.reveal();
  if (key.size() < k_shortest_redacted_key
      || std::find(m_keys.begin(), m_keys.end(), secret) != m_keys.end()) {
    return;
  }
  m_keys.push_back(secret);
  for (std::size_t shift = 0; shift < 3; ++shift) {
    auto spelling = base64_spelling(key, shift);
    m_base64.emplace_back(spelling);
    std::replace(spelling.begin(), spelling.end(), '+', '-');
    std::replace(spelling.begin(), spelling.end(), '/', '_');
    if (spelling != m_base64.back().reveal()) {
      m_base64.emplace_back(spelling);
    }
    wipe(spelling);
  }
}

std::string Redactor::redact_known(std::string_view text) const
{
  Ranges found;
  for (const auto& key : m_keys) {
    find_whole(text, key.reveal(), found);
  }
  for (const auto& spelling : m_base64) {
    find_base64(text, spelling.reveal(), found);
  }
  return found.empty() ? std::string(text) : with_ranges_replaced(text, found);
}

std::string Redactor::redact(std::string_view text) const
{
  Ranges found;
  for (const auto& key : m_keys) {
    find_whole(text, key.reveal(), found);
  }
  for (const auto& spelling : m_base64) {
    find_base64(text, spelling.reveal(), found);
  }
  find_masked(text, m_keys, found);
  find_key_lookalikes(text, found);
  find_user_info(text, found);
  return found.empty() ? std::string(text) : with_ranges_replaced(text, found);
}

} // namespace limn
