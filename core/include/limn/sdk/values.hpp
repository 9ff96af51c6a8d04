// Text, pairs, failures and settings: what everything else in the SDK is made of.
#pragma once

#include <limn/abi.h>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::sdk {

// --- Interface ---

constexpr limn_str to_abi(std::string_view text);   // borrows
constexpr std::string_view from_abi(limn_str text); // borrows

// Thrown by a plugin when a call cannot do its work.
struct Failure : std::exception {
  limn_status status = LIMN_INTERNAL;
  std::string message; // what happened, one sentence
  std::string hint;    // what the user can do
  std::string code;    // the gateway's own code
  std::string param;   // the parameter it is about
  std::optional<std::chrono::milliseconds> retry_after;

  Failure(limn_status a_status, std::string a_message, std::string a_hint = {})
    : status(a_status), message(std::move(a_message)), hint(std::move(a_hint))
  {
  }
  const char* what() const noexcept override { return message.c_str(); }
};

// Key and value, e.g. of a header or a setting.
using Pair = std::pair<std::string, std::string>;

// The component's settings, as the user wrote them under settings.ID in limn.yaml. A copy: keep it
// as long as you like.
class Settings
{
public:
  Settings() = default;
  explicit Settings(const limn_settings* settings);

  // The value of `key`, or nothing if the user did not set it.
  std::optional<std::string> get(std::string_view key) const;
  std::string get_or(std::string_view key, std::string_view fallback) const;
  const std::vector<Pair>& items() const { return m_items; }

private:
  std::vector<Pair> m_items;
};

// --- Implementation ---

constexpr limn_str to_abi(std::string_view text)
{
  return {text.data(), text.size()};
}

constexpr std::string_view from_abi(limn_str text)
{
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

inline std::optional<std::string> find(const std::vector<Pair>& items, std::string_view key)
{
  for (const auto& [name, value] : items) {
    if (name == key) {
      return value;
    }
  }
  return std::nullopt;
}

inline std::vector<Pair> copy(const limn_kv* items, size_t count)
{
  std::vector<Pair> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    result.emplace_back(from_abi(items[i].key), from_abi(items[i].value));
  }
  return result;
}

// Borrows from `items`.
inline std::vector<limn_kv> borrow(const std::vector<Pair>& items)
{
  std::vector<limn_kv> result;
  result.reserve(items.size());
  for (const auto& [key, value] : items) {
    result.push_back({to_abi(key), to_abi(value)});
  }
  return result;
}

inline Settings::Settings(const limn_settings* settings)
{
  if (settings) {
    m_items = copy(settings->items, settings->item_count);
  }
}

inline std::optional<std::string> Settings::get(std::string_view key) const
{
  return find(m_items, key);
}

inline std::string Settings::get_or(std::string_view key, std::string_view fallback) const
{
  return get(key).value_or(std::string(fallback));
}

} // namespace limn::sdk
