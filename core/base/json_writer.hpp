#pragma once

#include "base/terminal_text.hpp"
#include "base/text_range.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

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
  // A number as it is written, such as "0.0527": no double stands in between.
  void decimal(std::string_view digits)
  {
    m_writer.RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
  }
  void boolean(bool value) { m_writer.Bool(value); }
  void null() { m_writer.Null(); }
  // JSON that another writer made.
  void raw(std::string_view json)
  {
    m_writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  }

  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  void member(std::string_view name, std::int64_t value) { key(name), number(value); }
  void flag(std::string_view name, bool value) { key(name), boolean(value); }

  // Exactly, since somebody will open it: what could fool a terminal is escaped here, not dropped.
  // Only what is no UTF-8 is replaced, JSON has no way to say it.
  void path_member(std::string_view name, const std::filesystem::path& path)
  {
    key(name);
    this->path(path);
  }
  void path(const std::filesystem::path& path)
  {
    const auto& exact = path.native();
    rapidjson::StringBuffer escaped;
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> ascii(
      escaped);
    if (terminal_safe(exact) != exact
        && ascii.String(exact.data(), static_cast<rapidjson::SizeType>(exact.size()))) {
      m_writer.RawValue(escaped.GetString(), escaped.GetSize(), rapidjson::kStringType);
    } else {
      text(exact);
    }
  }

  // An image as base64, or as a data: URL of it: nothing in it could fool a terminal, and what
  // looks like a key in it is none.
  void image_data(std::string_view base64)
  {
    m_writer.String(base64.data(), static_cast<rapidjson::SizeType>(base64.size()));
    const auto end = m_buffer.GetSize() - 1; // its quote
    m_image_data.push_back({end - base64.size(), end});
  }

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
  std::string_view view() const { return {m_buffer.GetString(), m_buffer.GetSize()}; }

  // Where view() has image data, in order, without the quotes.
  const std::vector<TextRange>& ranges_of_image_data() const { return m_image_data; }

private:
  std::vector<TextRange> m_image_data;
  rapidjson::StringBuffer m_buffer;
  rapidjson::Writer<rapidjson::StringBuffer> m_writer{m_buffer};
};

} // namespace limn
