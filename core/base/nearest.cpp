#include "base/nearest.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace limn {

namespace {

// No name of ours is longer, and the work grows with the square of the length.
constexpr std::size_t k_longest_word = 64;

// Insertions, removals, replacements and swaps of neighbours that lead from `a` to `b`.
std::size_t distance(std::string_view a, std::string_view b)
{
  std::vector<std::size_t> before_previous(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    previous[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_previous[j - 2] + 1);
      }
    }
    std::swap(before_previous, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

// How many mistakes lead from `wanted`, in small letters, to a name; nothing where they are too
// many: a third of the letters may be wrong, more than that is another word.
std::optional<std::size_t> mistakes_in(const std::string& wanted, std::string_view name)
{
  const auto shorter = std::min(wanted.size(), name.size());
  const auto longer = std::max(wanted.size(), name.size());
  const auto allowed = (longer + 1) / 3;
  if (longer - shorter > allowed) {
    return std::nullopt;
  }
  const auto mistakes = distance(wanted, ascii_lower(name));
  return mistakes <= allowed ? std::optional(mistakes) : std::nullopt;
}

} // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known)
{
  if (word.empty() || word.size() > k_longest_word) {
    return std::nullopt;
  }
  const auto wanted = ascii_lower(word);

  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const auto name : known) {
    const auto mistakes = mistakes_in(wanted, name);
    if (mistakes && (!best || *mistakes < best_distance)) {
      best = name;
      best_distance = *mistakes;
    }
  }
  if (best || wanted.size() < 3) {
    return best;
  }

  for (const auto name : known) {
    if (ascii_lower(name).find(wanted) != std::string::npos
        && (!best || name.size() < best->size())) {
      best = name;
    }
  }
  return best;
}

std::vector<std::string_view>
nearest_ones(std::string_view word, std::span<const std::string_view> known, std::size_t most)
{
  if (word.empty() || word.size() > k_longest_word) {
    return {};
  }
  const auto wanted = ascii_lower(word);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const auto name : known) {
    if (const auto mistakes = mistakes_in(wanted, name)) {
      found.emplace_back(*mistakes, name);
    }
  }
  std::ranges::stable_sort(found, {}, [](const auto& one) { return one.first; });
  found.resize(std::min(found.size(), most));
  std::vector<std::string_view> names;
  for (const auto& [mistakes, name] : found) {
    names.push_back(name);
  }
  return names;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known)
{
  if (const auto name = nearest(word, known)) {
    return ": did you mean '" + std::string(*name) + "'?";
  }
  std::string text = ": known are ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    text += i == 0 ? "" : i + 1 == known.size() ? " and " : ", ";
    text += known[i];
  }
  return text;
}

} // namespace limn
