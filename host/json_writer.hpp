#pragma once

#include "codec/terminal_text.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace limn {

// JSON on one line, whatever the strings hold: what is not UTF-8, or could fool a terminal, is
// replaced.
class JsonWriter
{
public:
  void begin_object() { m_writer.StartObject(); }
  void end_object() { m_writer.EndObject(); }
  void begin_array() { m_writer.StartArray(); }
  void end_array() { m_writer.EndArray(); }
  void key(std::string_view name)
  {
    m_writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }

  void text(std::string_view value)
  {
    const auto safe = terminal_safe(value, LineBreaks::keep);
    m_writer.String(safe.data(), static_cast<rapidjson::SizeType>(safe.size()));
  }
  void number(std::int64_t value) { m_writer.Int64(value); }
  void boolean(bool value) { m_writer.Bool(value); }
  void null() { m_writer.Null(); }

  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  void member(std::string_view name, std::int64_t value) { key(name), number(value); }
  void flag(std::string_view name, bool value) { key(name), boolean(value); }

  // Null where there is nothing to say.
  void optional_member(std::string_view name, std::string_view value)
  {
    key(name);
    if (value.empty()) {
      null();
    } else {
      text(value);
    }
  }

  std::string str() const { return m_buffer.GetString(); }

private:
  rapidjson::StringBuffer m_buffer;
  rapidjson::Writer<rapidjson::StringBuffer> m_writer{m_buffer};
};

} // namespace limn
