#include "config_sources/common/references.hpp"

#include <algorithm>
#include <utility>

namespace limn::host_files {

namespace {

constexpr std::string_view k_blanks = " \t\r\n";

std::string_view trimmed(std::string_view text)
{
  const auto begin = text.find_first_not_of(k_blanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(k_blanks) - begin + 1);
}

bool is_upper(char c)
{
  return (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}
bool is_letter(char c)
{
  return is_upper(c) || (c >= 'a' && c <= 'z');
}

bool is_name(std::string_view text)
{
  if (text.empty() || is_digit(text.front())) {
    return false;
  }
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c)) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> value_of(std::string_view name, const Lookup& lookup)
{
  auto value = lookup(name);
  if (!value || trimmed(*value).empty()) {
    return std::nullopt;
  }
  return std::string(trimmed(*value));
}

// The name that `value` is a reference to as a whole, or nothing.
std::optional<std::string_view> whole_reference(std::string_view value)
{
  constexpr std::pair<std::string_view, std::string_view> forms[] = {
    {"os.environ/", ""}, {"env:", ""}, {"env.", ""}, {"$", ""}};
  for (const auto& [prefix, suffix] : forms) {
    if (!value.starts_with(prefix) || !value.ends_with(suffix)
        || value.size() < prefix.size() + suffix.size()) {
      continue;
    }
    const auto name =
      trimmed(value.substr(prefix.size(), value.size() - prefix.size() - suffix.size()));
    if (is_name(name)) {
      return name;
    }
  }
  return std::nullopt;
}

// What stands between ${ and }.
std::optional<std::string> braced(std::string_view inside, const Lookup& lookup)
{
  const auto colon = std::min(inside.find(":-"), inside.find(":?"));
  const auto name = trimmed(inside.substr(0, colon));
  if (!is_name(name)) {
    return std::nullopt;
  }
  if (auto value = value_of(name, lookup)) {
    return value;
  }
  if (colon == std::string_view::npos || inside[colon + 1] == '?') {
    return std::nullopt;
  }
  const auto fallback = inside.substr(colon + 2);
  // A reference within the default is not followed.
  return fallback.find('$') == std::string_view::npos ? std::optional(std::string(fallback))
                                                      : std::nullopt;
}

// ${{ secrets.NAME }}
std::optional<std::string> secret(std::string_view inside, const Lookup& lookup)
{
  constexpr std::string_view prefix = "secrets.";
  inside = trimmed(inside);
  if (!inside.starts_with(prefix) || !is_name(inside.substr(prefix.size()))) {
    return std::nullopt;
  }
  return value_of(inside.substr(prefix.size()), lookup);
}

struct Found {
  std::string_view written; // the reference in full; empty: none, as a lone dollar sign
  std::optional<std::string> value;
};

constexpr std::string_view k_env_begins = "{env:";
constexpr std::string_view k_file_begins = "{file:";

// The reference that `rest`, which begins with '{', begins with.
Found braced_reference_at(std::string_view rest, const Reach& reach)
{
  const bool is_file = rest.starts_with(k_file_begins);
  if (!is_file && !rest.starts_with(k_env_begins)) {
    return {{}, std::nullopt};
  }
  const auto end = rest.find('}');
  if (end == std::string_view::npos) {
    return {rest, std::nullopt};
  }
  const auto begin = is_file ? k_file_begins.size() : k_env_begins.size();
  const auto inside = trimmed(rest.substr(begin, end - begin));
  const auto written = rest.substr(0, end + 1);
  if (is_file) {
    return {written, reach.file ? value_of(inside, reach.file) : std::nullopt};
  }
  return {written, is_name(inside) ? value_of(inside, reach.variable) : std::nullopt};
}

// The reference that `rest`, which begins with '$', begins with.
Found reference_at(std::string_view rest, const Lookup& lookup)
{
  const auto upto = [&](std::string_view end) {
    const auto at = rest.find(end);
    return at == std::string_view::npos ? rest : rest.substr(0, at + end.size());
  };
  const auto inside = [](std::string_view written, std::size_t brackets) {
    return written.size() < 2 * brackets + 1
             ? std::string_view()
             : written.substr(brackets + 1, written.size() - 2 * brackets - 1);
  };
  if (rest.starts_with("${{")) {
    const auto written = upto("}}");
    return {written, secret(inside(written, 2), lookup)};
  }
  if (rest.starts_with("${")) {
    const auto written = upto("}");
    return {written, written.back() == '}' ? braced(inside(written, 1), lookup) : std::nullopt};
  }
  std::size_t end = 1;
  while (end < rest.size() && (is_upper(rest[end]) || (end > 1 && is_digit(rest[end])))) {
    ++end;
  }
  const bool goes_on = end < rest.size() && is_letter(rest[end]);
  if (end == 1 || goes_on) {
    return {{}, std::nullopt};
  }
  return {rest.substr(0, end), value_of(rest.substr(1, end - 1), lookup)};
}

constexpr std::string_view k_hidden = "...";

bool is_shown_name(std::string_view text)
{
  return !text.empty() && !is_digit(text.front())
         && std::ranges::all_of(text, [](char c) { return is_upper(c) || is_digit(c); });
}

bool is_shown_path(std::string_view text)
{
  return text.starts_with("~/") || text.starts_with('/') || text.starts_with("./");
}

// "secrets.NAME", "inputs.NAME"
std::string shown_member(std::string_view text)
{
  for (const std::string_view known : {"secrets.", "inputs."}) {
    if (text.starts_with(known) && is_shown_name(text.substr(known.size()))) {
      return std::string(text);
    }
  }
  return std::string(k_hidden);
}

std::string_view without_quotes(std::string_view value)
{
  const char quote = value.empty() ? '\0' : value.front();
  if (quote == '"' || quote == '\'') {
    const auto end = value.find(quote, 1);
    return end == std::string_view::npos ? value : value.substr(1, end - 1);
  }
  return trimmed(value.substr(0, std::min(value.find(" #"), value.find("\t#"))));
}

// What editors of Windows call "Unicode": a byte order mark and two bytes for each character. A key
// and a name are ASCII, and so is all that is taken over; nothing for any other text.
std::optional<std::string> utf8_of_utf16(std::string_view content)
{
  const bool is_little = content.starts_with("\xff\xfe");
  if (!is_little && !content.starts_with("\xfe\xff")) {
    return std::nullopt;
  }
  std::string text;
  for (std::size_t i = 2; i + 1 < content.size(); i += 2) {
    const char low = content[is_little ? i : i + 1];
    const char high = content[is_little ? i + 1 : i];
    text += high == '\0' && (low & 0x80) == 0 ? low : '?';
  }
  return text;
}

} // namespace

Resolved resolve(std::string_view value, const Reach& reach)
{
  Resolved result;
  value = trimmed(value);
  const bool in_backticks = value.size() > 1 && value.front() == '`' && value.back() == '`';
  if (in_backticks || value.find("$(") != std::string_view::npos) {
    result.is_command = true;
    return result;
  }
  if (const auto name = whole_reference(value)) {
    if (auto found = value_of(*name, reach.variable)) {
      result.text = std::move(*found);
    } else {
      result.unresolved = value;
    }
    return result;
  }
  while (!value.empty()) {
    const auto sign = value.find_first_of("${");
    result.text += value.substr(0, sign);
    if (sign == std::string_view::npos) {
      break;
    }
    value.remove_prefix(sign);
    const auto [written, found] = value.front() == '$' ? reference_at(value, reach.variable)
                                                       : braced_reference_at(value, reach);
    if (written.empty()) {
      result.text += value.front();
      value.remove_prefix(1);
      continue;
    }
    if (!found) {
      return {{}, std::string(written), false};
    }
    result.text += *found;
    value.remove_prefix(written.size());
  }
  return result;
}

std::string shown_reference(std::string_view written)
{
  constexpr std::pair<std::string_view, std::string_view> forms[] = {
    {"${{", "}}"},       {"${", "}"},  {k_file_begins, "}"}, {k_env_begins, "}"},
    {"os.environ/", ""}, {"env:", ""}, {"env.", ""},         {"$", ""}};
  for (const auto& [prefix, suffix] : forms) {
    if (!written.starts_with(prefix)) {
      continue;
    }
    auto inside = written.substr(prefix.size());
    inside.remove_suffix(inside.ends_with(suffix) ? suffix.size() : 0);
    inside = trimmed(inside);
    std::string name;
    if (prefix == k_file_begins) {
      name = is_shown_path(inside) ? inside : k_hidden;
    } else if (prefix == "${{") {
      name = " " + shown_member(inside) + " ";
    } else {
      inside = trimmed(inside.substr(0, prefix == "${" ? inside.find(':') : inside.npos));
      name = is_shown_name(inside) ? inside : k_hidden;
    }
    return std::string(prefix) + name + std::string(suffix);
  }
  return std::string(k_hidden);
}

std::string shown_reference_of_secret(std::string_view secret, std::string_view written)
{
  return trimmed(secret) == written ? shown_reference(written) : "${" + std::string(k_hidden) + "}";
}

std::string shown_url(std::string_view url, std::string_view written)
{
  constexpr std::string_view scheme_end = "://";
  url = trimmed(url);
  const auto before = url.substr(0, url.find(written));
  const auto scheme = before.find(scheme_end);
  const auto host = scheme == std::string_view::npos ? scheme : scheme + scheme_end.size();
  const auto path = host == std::string_view::npos ? host : before.find('/', host);
  if (url == written || path == std::string_view::npos) {
    // What stands before it is no host yet, but may be a password.
    return host == std::string_view::npos
             ? shown_reference(written)
             : std::string(url.substr(0, host)) + shown_reference(written);
  }
  const auto at = before.substr(host, path - host).rfind('@');
  const auto shown_host = at == std::string_view::npos ? host : host + at + 1;
  return std::string(before.substr(0, host))
         + std::string(before.substr(shown_host, path - shown_host)) + "/"
         + shown_reference(written);
}

std::map<std::string, std::string, std::less<>> parse_env_file(std::string_view content)
{
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf"; // Notepad's
  constexpr std::string_view export_word = "export";
  std::map<std::string, std::string, std::less<>> variables;
  const auto converted = utf8_of_utf16(content);
  content = converted ? *converted : content;
  if (content.starts_with(byte_order_mark)) {
    content.remove_prefix(byte_order_mark.size());
  }
  while (!content.empty()) {
    const auto end = content.find_first_of("\r\n");
    auto line = trimmed(content.substr(0, end));
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    if (line.starts_with("export ") || line.starts_with("export\t")) {
      line = trimmed(line.substr(export_word.size()));
    }
    const auto equals = line.find('=');
    const auto name = trimmed(line.substr(0, equals));
    if (equals != std::string_view::npos && is_name(name)) {
      variables.insert_or_assign(std::string(name),
                                 std::string(without_quotes(trimmed(line.substr(equals + 1)))));
    }
  }
  return variables;
}

} // namespace limn::host_files
