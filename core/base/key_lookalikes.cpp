#include "base/key_lookalikes.hpp"

#include "base/ascii.hpp"
#include "base/credential_name.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c)
{
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_alphanumeric(char c)
{
  return is_digit(c) || is_lower(c) || is_upper(c);
}

constexpr bool is_credential_character(char c)
{
  return is_alphanumeric(c) || std::string_view("-_.~+/=*").find(c) != std::string_view::npos;
}

// The run of credential characters at `begin`, without the dots that end a sentence.
std::string_view credential_at(std::string_view text, std::size_t begin)
{
  auto end = begin;
  while (end < text.size() && is_credential_character(text[end])) {
    ++end;
  }
  while (end > begin && text[end - 1] == '.') {
    --end;
  }
  return text.substr(begin, end - begin);
}

// Tells a credential from a word of prose: long enough, and with a digit, a mask or a capital
// letter inside.
bool looks_random(std::string_view token)
{
  if (token.size() < k_shortest_redacted_key) {
    return false;
  }
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (is_digit(token[i]) || token.substr(i, 3) == "***" || token.substr(i, 3) == "..."
        || (i > 0 && is_upper(token[i]) && is_lower(token[i - 1]))) {
      return true;
    }
  }
  return false;
}

// What keys of well-known services begin with, and how long they are at least. `sk-` is used by so
// many gateways that any length goes; the others could begin a model's name.
struct KeyPrefix {
  std::string_view text;
  std::size_t shortest;
};
constexpr std::array<KeyPrefix, 6> k_key_prefixes{{{"sk-", k_shortest_redacted_key},
                                                   {"gsk_", 30},
                                                   {"xai-", 30},
                                                   {"AIza", 30},
                                                   {"hf_", 30},
                                                   {"nvapi-", 30}}};

std::size_t skip(std::string_view text, std::size_t from, std::string_view characters)
{
  return std::min(text.find_first_not_of(characters, from), text.size());
}

// `sk-...` at `at`, or nothing.
TextRange prefixed_key_at(std::string_view text, std::size_t at)
{
  for (const auto& prefix : k_key_prefixes) {
    if (text.substr(at).starts_with(prefix.text)) {
      const auto token = credential_at(text, at);
      return token.size() >= prefix.shortest && looks_random(token)
               ? TextRange{at, at + token.size()}
               : TextRange{};
    }
  }
  return {};
}

// The credential of `Bearer ...` at `at`, or nothing.
TextRange bearer_token_at(std::string_view text, std::size_t at)
{
  constexpr std::string_view scheme = "bearer";
  if (!equal_ignoring_case(text.substr(at, scheme.size()), scheme)) {
    return {};
  }
  const auto end_of_scheme = at + scheme.size();
  const auto begin = skip(text, end_of_scheme, " ");
  if (begin == end_of_scheme) {
    return {};
  }
  const auto token = credential_at(text, begin);
  return looks_random(token) ? TextRange{begin, begin + token.size()} : TextRange{};
}

constexpr std::array<std::string_view, 5> k_key_fields{"authorization", "api-key", "api_key",
                                                       "apikey", "access_token"};
constexpr std::array<std::string_view, 3> k_schemes{"basic ", "token ", "bearer "};

// The value of a header, a JSON member or a query parameter at `at` that carries a key, or nothing.
TextRange key_field_at(std::string_view text, std::size_t at)
{
  for (const auto field : k_key_fields) {
    if (!equal_ignoring_case(text.substr(at, field.size()), field)) {
      continue;
    }
    const auto separator = skip(text, at + field.size(), "\\\"' ");
    if (separator == text.size() || (text[separator] != ':' && text[separator] != '=')) {
      return {};
    }
    auto begin = skip(text, separator + 1, "\\\"' ");
    for (const auto scheme : k_schemes) {
      if (equal_ignoring_case(text.substr(begin, scheme.size()), scheme)) {
        begin = skip(text, begin + scheme.size(), " ");
        break;
      }
    }
    const auto token = credential_at(text, begin);
    return looks_random(token) ? TextRange{begin, begin + token.size()} : TextRange{};
  }
  return {};
}

} // namespace

void find_key_lookalikes(std::string_view text, std::vector<TextRange>& found)
{
  for (auto at = text.find_first_of("sgxAahnBb"); at != std::string_view::npos;
       at = text.find_first_of("sgxAahnBb", at)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    TextRange range;
    if (!is_alphanumeric(before) && before != '-' && before != '_') {
      range = prefixed_key_at(text, at);
    }
    if (range.end == 0 && !is_alphanumeric(before)) {
      range = bearer_token_at(text, at);
    }
    if (range.end == 0) {
      range = key_field_at(text, at);
    }
    if (range.end != 0) {
      found.push_back(range);
    }
    at = std::max(at + 1, range.end);
  }
}

void find_user_info(std::string_view text, std::vector<TextRange>& found)
{
  for (auto at = text.find("//"); at != std::string_view::npos; at = text.find("//", at + 2)) {
    const auto end = text.find_first_of("/@?# \t\"'", at + 2);
    if (end != std::string_view::npos && text[end] == '@' && end > at + 2) {
      found.push_back({at + 2, end});
    }
  }
}

void find_query_secrets(std::string_view text, std::vector<TextRange>& found)
{
  for (auto at = text.find_first_of("?&#"); at != std::string_view::npos;
       at = text.find_first_of("?&#", at + 1)) {
    const auto name_end = text.find_first_of("=&?#/ \t\r\n\"'<>", at + 1);
    if (name_end == std::string_view::npos || text[name_end] != '='
        || !names_credential(text.substr(at + 1, name_end - at - 1))) {
      continue;
    }
    const auto end = std::min(text.find_first_of("&#\"'<>\\ \t\r\n", name_end), text.size());
    if (end > name_end + 1) {
      found.push_back({name_end + 1, end});
    }
  }
}

} // namespace limn
