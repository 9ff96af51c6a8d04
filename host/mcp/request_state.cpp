#include "mcp/request_state.hpp"

#include "base/digest.hpp"
#include "base/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/random.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <span>
#include <vector>

namespace limn {

namespace {

using StateWriter = rapidjson::Writer<rapidjson::StringBuffer>;

// The same for two objects whose members stand in different orders.
void write_sorted(StateWriter& writer, const rapidjson::Value& value)
{
  if (value.IsArray()) {
    writer.StartArray();
    for (const auto& element : value.GetArray()) {
      write_sorted(writer, element);
    }
    writer.EndArray();
    return;
  }
  if (!value.IsObject()) {
    value.Accept(writer);
    return;
  }
  std::vector<const rapidjson::Value::Member*> members;
  for (const auto& entry : value.GetObject()) {
    members.push_back(&entry);
  }
  std::ranges::stable_sort(members, {},
                           [](const auto* entry) { return string_or_empty(&entry->name); });
  writer.StartObject();
  for (const auto* entry : members) {
    writer.Key(entry->name.GetString(), entry->name.GetStringLength());
    write_sorted(writer, entry->value);
  }
  writer.EndObject();
}

std::string seconds_of(RequestStates::Clock::time_point time)
{
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

// Takes as long wherever they differ.
bool are_same(std::string_view one, std::string_view other)
{
  unsigned difference = one.size() == other.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
    difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  }
  return difference == 0;
}

} // namespace

RequestStates::RequestStates()
{
  if (::getrandom(m_key.data(), m_key.size(), 0) != static_cast<ssize_t>(m_key.size())) {
    throw std::bad_alloc(); // a kernel without random bytes has nothing else, either
  }
}

// EXPIRY.NUMBER.TERMS.SEAL
std::string RequestStates::make(std::string_view tool, std::string_view arguments,
                                std::string_view terms, Clock::time_point now)
{
  std::erase_if(m_open, [now](const auto& one) { return one.second < now; });
  m_open[++m_last] = now + k_lasts;
  const auto told =
    seconds_of(now + k_lasts) + "." + std::to_string(m_last) + "." + std::string(terms);
  return told + "." + seal(told, tool, arguments);
}

std::optional<std::string> RequestStates::terms_of(std::string_view state, std::string_view tool,
                                                   std::string_view arguments,
                                                   Clock::time_point now) const
{
  const auto dot = std::min(state.rfind('.'), state.size());
  const auto told = state.substr(0, dot);
  if (!are_same(state.substr(dot), "." + seal(told, tool, arguments))) {
    return std::nullopt;
  }
  std::int64_t until = 0;
  std::from_chars(told.data(), told.data() + told.size(), until);
  if (now.time_since_epoch() > std::chrono::seconds(until)) {
    return std::nullopt;
  }
  return std::string(told.substr(told.rfind('.') + 1));
}

bool RequestStates::use(std::string_view state)
{
  const auto number = state.substr(std::min(state.find('.'), state.size() - 1) + 1);
  std::uint64_t question = 0;
  std::from_chars(number.data(), number.data() + number.size(), question);
  return m_open.erase(question) == 1;
}

std::string RequestStates::seal(std::string_view told, std::string_view tool,
                                std::string_view arguments) const
{
  rapidjson::StringBuffer buffer;
  StateWriter writer(buffer);
  writer.StartArray();
  for (const auto text : {told, tool}) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  if (const auto value = parse_json(arguments)) {
    write_sorted(writer, *value);
  }
  writer.EndArray();
  return hmac_sha256(m_key, {buffer.GetString(), buffer.GetSize()});
}

} // namespace limn
