#include "price/model_id.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace limn {

namespace {

bool equal(std::string_view a, std::string_view b, LetterCase letter_case)
{
  return letter_case == LetterCase::exact ? a == b : equal_ignoring_case(a, b);
}

// "-YYYY-MM-DD"
bool is_date_suffix(std::string_view text)
{
  constexpr std::string_view shape = "-dddd-dd-dd";
  return std::equal(
    text.begin(), text.end(), shape.begin(), shape.end(),
    [](char c, char expected) { return expected == 'd' ? c >= '0' && c <= '9' : c == expected; });
}

} // namespace

std::optional<ModelForm> form_of_model(std::string_view id, std::string_view name,
                                       LetterCase letter_case)
{
  ModelForm form;
  // A name with a vendor of its own is compared whole.
  if (const auto slash = id.rfind('/');
      slash != std::string_view::npos && name.find('/') == std::string_view::npos) {
    id.remove_prefix(slash + 1);
    form.has_vendor = true;
  }
  if (id.size() < name.size() || !equal(id.substr(0, name.size()), name, letter_case)) {
    return std::nullopt;
  }
  form.date = id.substr(name.size());
  return form.date.empty() || is_date_suffix(form.date) ? std::optional(form) : std::nullopt;
}

bool is_of_family(std::string_view id, std::string_view name)
{
  if (const auto slash = id.rfind('/'); slash != std::string_view::npos) {
    id.remove_prefix(slash + 1);
  }
  if (!equal_ignoring_case(id.substr(0, name.size()), name)) {
    return false;
  }
  const char next = id.size() == name.size() ? '-' : ascii_lower(id[name.size()]);
  return !(next >= 'a' && next <= 'z') && !(next >= '0' && next <= '9');
}

bool is_closer(const ModelForm& one, const ModelForm& other)
{
  if (one.has_vendor != other.has_vendor) {
    return other.has_vendor;
  }
  if (one.date.empty() != other.date.empty()) {
    return one.date.empty();
  }
  return one.date > other.date;
}

} // namespace limn
