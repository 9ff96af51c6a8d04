#pragma once

#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::plugins {

// Media types that need no escaping in JSON; anything else is not one.
inline bool is_plain(std::string_view media_type)
{
  return !media_type.empty()
         && media_type.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789/+.-")
              == std::string_view::npos;
}

// A JSON text with gaps that the host fills with the base64 of input files.
class JsonBody
{
public:
  JsonWriter& json() { return m_writer; }

  // A string value: a data URL of the input.
  void data_url(std::size_t index, const sdk::Input& input)
  {
    const std::string opening =
      "\"data:" + (is_plain(input.media_type) ? input.media_type : "image/png") + ";base64,";
    m_writer.RawValue(opening.data(), opening.size(), rapidjson::kStringType);
    end_text();
    m_parts.push_back({LIMN_PART_INPUT_BASE64, {}, static_cast<uint32_t>(index), {}, {}, {}});
    m_buffer.Put('"');
  }

  // A string value: the base64 of the input alone.
  void base64(std::size_t index)
  {
    m_writer.RawValue("\"", 1, rapidjson::kStringType);
    end_text();
    m_parts.push_back({LIMN_PART_INPUT_BASE64, {}, static_cast<uint32_t>(index), {}, {}, {}});
    m_buffer.Put('"');
  }

  std::vector<sdk::Part> take()
  {
    end_text();
    return std::move(m_parts);
  }

private:
  void end_text()
  {
    m_parts.push_back(
      {LIMN_PART_TEXT, std::string(m_buffer.GetString(), m_buffer.GetSize()), 0, {}, {}, {}});
    m_buffer.Clear();
  }

  JsonText m_buffer;
  JsonWriter m_writer{m_buffer};
  std::vector<sdk::Part> m_parts;
};

} // namespace limn::plugins
