#include "failure/web_page.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

std::string with_entities_decoded(std::string_view text)
{
  constexpr std::array<std::pair<std::string_view, char>, 6> entities{{{"&lt;", '<'},
                                                                       {"&gt;", '>'},
                                                                       {"&quot;", '"'},
                                                                       {"&#39;", '\''},
                                                                       {"&#x27;", '\''},
                                                                       {"&amp;", '&'}}};
  std::string decoded;
  while (!text.empty()) {
    const auto entity = std::find_if(entities.begin(), entities.end(),
                                     [text](const auto& e) { return text.starts_with(e.first); });
    decoded += entity == entities.end() ? text.front() : entity->second;
    text.remove_prefix(entity == entities.end() ? 1 : entity->first.size());
  }
  return decoded;
}

} // namespace

std::string title_of(std::string_view page)
{
  for (const auto& [opened, closed] :
       {std::pair<std::string_view, std::string_view>{"<title", "</title"}, {"<h1", "</h1"}}) {
    const auto tag = find_ignoring_case(page, opened);
    const auto start = tag == std::string_view::npos ? tag : page.find('>', tag);
    const auto end =
      start == std::string_view::npos ? start : find_ignoring_case(page, closed, start);
    if (end != std::string_view::npos) {
      return with_entities_decoded(trimmed(page.substr(start + 1, end - start - 1)));
    }
  }
  return {};
}

std::string without_markup(std::string_view text)
{
  const bool is_page =
    find_ignoring_case(text, "<!doctype") == 0 || find_ignoring_case(text, "<html") == 0;
  if (!is_page) {
    return std::string(text);
  }
  const auto title = title_of(text);
  return title.empty() ? "a web page" : "a web page (" + title + ")";
}

} // namespace limn
