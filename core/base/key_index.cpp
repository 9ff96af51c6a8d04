#include "base/key_index.hpp"

#include "base/base64.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace limn {

namespace {

constexpr std::size_t k_gram = k_shortest_redacted_key;
constexpr std::size_t k_filter_bits = 1 << 16;

// Of eight characters in base64, so many depend on nothing else, wherever they stand in what was
// encoded; and of those in base64 again.
constexpr std::size_t k_shortest_base64 = 10;
constexpr std::size_t k_shortest_double_base64 = 12;

std::uint32_t hash_of(const char* gram)
{
  std::uint64_t word = 0;
  std::memcpy(&word, gram, k_gram);
  return static_cast<std::uint32_t>((word * 0x9E3779B97F4A7C15u) >> 32);
}

std::size_t filter_bit(std::uint32_t hash)
{
  return hash % k_filter_bits;
}

// What base64 makes of the key behind `shift` other bytes, without the characters that depend on
// its neighbours.
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

std::string url_safe(std::string_view base64)
{
  std::string text(base64);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string hex_spelling(std::string_view key, std::string_view digits)
{
  std::string hex;
  hex.reserve(2 * key.size());
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    hex += {digits[byte / 16], digits[byte % 16]};
  }
  return hex;
}

// What keys of well-known services begin with says nothing of the key.
constexpr std::array<std::string_view, 8> k_public_words{
  "sk-proj-",        "sk-svcacct-", "sk-admin-",   "sk-ant-api03-",
  "sk-ant-admin01-", "sk-or-v1-",   "sk-litellm-", "github_pat_"};

// "00000000" tells nothing of the key that has it.
bool is_monotonous(std::string_view run)
{
  const char first = run.front();
  const auto second = std::find_if(run.begin(), run.end(), [first](char c) { return c != first; });
  return second == run.end()
         || std::all_of(second, run.end(), [&](char c) { return c == first || c == *second; });
}

bool is_base64(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
         || std::string_view("+/-_=").find(c) != std::string_view::npos;
}

// The base64 around a run holds the key's first and last bits; what else was encoded with it is
// little, unless it is a picture.
TextRange with_neighbours(const SpellingView& view, std::size_t begin, std::size_t end)
{
  constexpr std::size_t most = 64;
  const auto joined = [&view](std::size_t i) { return view.ends[i] == view.begins[i + 1]; };
  auto first = begin;
  while (first > 0 && is_base64(view.text[first - 1]) && joined(first - 1)
         && begin - first < most) {
    --first;
  }
  auto last = end;
  while (last < view.text.size() && is_base64(view.text[last]) && joined(last - 1)
         && last - end < most) {
    ++last;
  }
  const auto near = [](std::size_t run, std::size_t reached) { return reached < most ? run : 2; };
  first = begin - near(begin - first, begin - first);
  last = end + near(last - end, last - end);
  return {view.begins[first], view.ends[last - 1]};
}

} // namespace

void KeyIndex::add(std::string_view key, Part part)
{
  const auto sorted = static_cast<std::ptrdiff_t>(m_grams.size());
  add_spellings(key, part);
  // A key may itself look like an escape: then it is read as one where the text around it is.
  auto view = plain_view(key);
  for (int level = 0; level < 3 && escapes_in(view.text) != Escapes::none; ++level) {
    view = without_blanks(decoded(view, Escapes::all));
    add_pattern(view.text, Kind::plain, part == Part::run ? k_gram : view.text.size(), part);
  }
  wipe(view.text);
  const auto by_hash = [](const Gram& a, const Gram& b) { return a.hash < b.hash; };
  std::sort(m_grams.begin() + sorted, m_grams.end(), by_hash);
  std::inplace_merge(m_grams.begin(), m_grams.begin() + sorted, m_grams.end(), by_hash);
}

void KeyIndex::add_spellings(std::string_view key, Part part)
{
  const auto shortest = [&](std::size_t of_a_run, std::size_t of_all) {
    return part == Part::run ? of_a_run : of_all;
  };
  add_pattern(key, Kind::plain, shortest(k_gram, key.size()), part);
  for (const auto* digits : {"0123456789abcdef", "0123456789ABCDEF"}) {
    auto hex = hex_spelling(key, digits);
    add_pattern(hex, Kind::hex, shortest(2 * k_gram, hex.size()), part);
    wipe(hex);
  }
  for (std::size_t shift = 0; shift < 3; ++shift) {
    auto once = base64_spelling(key, shift);
    for (auto& inner : {once, url_safe(once)}) {
      add_pattern(inner, Kind::base64, shortest(k_shortest_base64, inner.size()), part);
      for (std::size_t again = 0; again < 3; ++again) {
        auto twice = base64_spelling(inner, again);
        for (const auto& outer : {twice, url_safe(twice)}) {
          add_pattern(outer, Kind::base64, shortest(k_shortest_double_base64, outer.size()), part);
        }
        wipe(twice);
      }
    }
    wipe(once);
  }
}

void KeyIndex::add_public(std::string_view word)
{
  // Also as it reads without what may stand between digits of hex.
  for (const auto& text : {std::string(word), without_hex_separators(plain_view(word)).text}) {
    if (text.size() >= k_gram
        && std::find(m_public.begin(), m_public.end(), text) == m_public.end()) {
      m_public.push_back(text);
    }
  }
}

void KeyIndex::add_pattern(std::string_view text, Kind kind, std::size_t shortest, Part part)
{
  const auto same = [&](const Pattern& one) {
    return one.text.reveal() == text && (one.part == Part::run || part == Part::whole);
  };
  if (text.size() < k_gram || std::any_of(m_patterns.begin(), m_patterns.end(), same)) {
    return;
  }
  const auto number = static_cast<std::uint32_t>(m_patterns.size());
  m_patterns.push_back({Secret(text), kind, shortest, part});
  m_filter.resize(k_filter_bits / 64);
  // So many that each run of `shortest` has one of them in it.
  const auto step = shortest < k_gram ? 1 : shortest - k_gram + 1;
  for (std::size_t at = 0; at + k_gram <= text.size(); at += step) {
    const auto hash = hash_of(text.data() + at);
    m_grams.push_back({hash, number, static_cast<std::uint32_t>(at)});
    m_filter[filter_bit(hash) / 64] |= std::uint64_t{1} << (filter_bit(hash) % 64);
  }
}

bool KeyIndex::counts(const Pattern& pattern, std::string_view run, Part part) const
{
  if (run.size() == pattern.text.reveal().size()) {
    return part == Part::run || pattern.part == Part::run;
  }
  if (part == Part::whole || run.size() < pattern.shortest) {
    return false;
  }
  const auto holds = [run](std::string_view word) {
    return word.find(run) != std::string_view::npos;
  };
  return pattern.kind != Kind::plain
         || (!is_monotonous(run) && std::none_of(m_public.begin(), m_public.end(), holds)
             && std::none_of(k_public_words.begin(), k_public_words.end(), holds));
}

// As far as text and pattern are equal around the gram; nothing if they are not even there.
KeyIndex::Run KeyIndex::run_at(std::string_view text, std::size_t at, const Gram& gram) const
{
  const auto pattern = m_patterns[gram.pattern].text.reveal();
  if (text.substr(at, k_gram) != pattern.substr(gram.at, k_gram)) {
    return {};
  }
  std::size_t before = 0;
  while (before < at && before < gram.at
         && text[at - before - 1] == pattern[gram.at - before - 1]) {
    ++before;
  }
  auto after = k_gram;
  while (at + after < text.size() && gram.at + after < pattern.size()
         && text[at + after] == pattern[gram.at + after]) {
    ++after;
  }
  return {at - before, at + after};
}

void KeyIndex::find(const SpellingView& view, Part part, std::vector<TextRange>& found) const
{
  const std::string_view text = view.text;
  if (m_grams.empty()) {
    return;
  }
  for (std::size_t at = 0; at + k_gram <= text.size();) {
    const auto hash = hash_of(text.data() + at);
    auto next = at + 1;
    if ((m_filter[filter_bit(hash) / 64] >> (filter_bit(hash) % 64) & 1) != 0) {
      auto gram = std::lower_bound(m_grams.begin(), m_grams.end(), hash,
                                   [](const Gram& one, std::uint32_t h) { return one.hash < h; });
      for (; gram != m_grams.end() && gram->hash == hash; ++gram) {
        const auto& pattern = m_patterns[gram->pattern];
        const auto run = run_at(text, at, *gram);
        if (run.end == 0 || !counts(pattern, text.substr(run.begin, run.end - run.begin), part)) {
          continue;
        }
        found.push_back(pattern.kind == Kind::base64
                          ? with_neighbours(view, run.begin, run.end)
                          : TextRange{view.begins[run.begin], view.ends[run.end - 1]});
        next = std::max(next, run.end - k_gram + 1);
      }
    }
    at = next;
  }
}

} // namespace limn
