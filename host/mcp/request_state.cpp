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

std::string RequestStates::make(std::string_view tool, std::string_view arguments,
                                Clock::time_point now) const
{
  const auto expiry = seconds_of(now + k_lasts);
  return expiry + "." + seal(expiry, tool, arguments);
}

bool RequestStates::is_ours(std::string_view state, std::string_view tool,
                            std::string_view arguments, Clock::time_point now) const
{
  const auto dot = std::min(state.find('.'), state.size());
  const auto expiry = state.substr(0, dot);
  if (!are_same(state.substr(dot), "." + seal(expiry, tool, arguments))) {
    return false;
  }
  std::int64_t until = 0;
  std::from_chars(expiry.data(), expiry.data() + expiry.size(), until);
  return now.time_since_epoch() <= std::chrono::seconds(until);
}

std::string RequestStates::seal(std::string_view expiry, std::string_view tool,
                                std::string_view arguments) const
{
  rapidjson::StringBuffer buffer;
  StateWriter writer(buffer);
  writer.StartArray();
  for (const auto text : {expiry, tool}) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  if (const auto value = parse_json(arguments)) {
    write_sorted(writer, *value);
  }
  writer.EndArray();
  return hmac_sha256(m_key, {buffer.GetString(), buffer.GetSize()});
}

} // namespace limn
