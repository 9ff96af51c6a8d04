#include "registration/entry.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace limn {

namespace {

tl::unexpected<Failure> entry_failure(const Entry& entry, std::string_view what)
{
  return fail(FailureClass::settings, fmt::format("{} {}", fmt::join(entry.place, "."), what));
}

} // namespace

bool is_limn(std::string_view command)
{
  const auto slash = command.rfind('/');
  return command.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with("limn");
}

const EntryMember& command_member(const Entry& entry)
{
  // The first that is limn's own to say, in every host's row.
  return *std::ranges::find(entry.members, Owner::ours, &EntryMember::owner);
}

tl::unexpected<Failure> not_limns(const Entry& entry)
{
  return entry_failure(entry, "is there, and starts something else");
}

tl::unexpected<Failure> is_elsewhere(const Entry& entry)
{
  return entry_failure(entry, "is there, and is a server elsewhere");
}

tl::unexpected<Failure> has_comments(const Entry& entry, std::string_view member)
{
  return entry_failure(entry,
                       fmt::format("is there, and comments within its {} would be lost", member));
}

bool is_remote(std::string_view member)
{
  return member == "url" || member == "uri" || member == "httpUrl" || member == "serverUrl";
}

std::string_view without_mark(std::string_view text)
{
  return text.substr(text.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0);
}

std::string json_string(std::string_view text)
{
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string json_list(const std::vector<std::string>& texts)
{
  std::string result = "[";
  for (const auto& text : texts) {
    result += (result.size() == 1 ? "" : ", ") + json_string(text);
  }
  return result + "]";
}

std::string with_replacements(std::string_view text, std::vector<Replacement> replacements)
{
  std::stable_sort(replacements.begin(), replacements.end(),
                   [](const Replacement& a, const Replacement& b) { return a.begin < b.begin; });
  std::string result;
  std::size_t done = 0;
  for (const auto& one : replacements) {
    result.append(text.substr(done, one.begin - done)).append(one.by);
    done = one.end;
  }
  return result.append(text.substr(done));
}

std::string_view line_end_of(std::string_view text)
{
  const auto end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::string with_line_ends(std::string_view lines, std::string_view line_end)
{
  std::string result;
  for (const char c : lines) {
    if (c == '\n') {
      result += line_end;
    } else {
      result += c;
    }
  }
  return result;
}

} // namespace limn
