#pragma once

#include "base/redaction.hpp"
#include "mcp/json_rpc.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace limn {

// A message to a client as it comes to be: JSON on one line. Each way in is one of these, by where
// the text is from, so that none is without the redactor: a message is not redacted once more as a
// whole, since then the text of an answer and its structured content would differ.
class RpcWriter
{
public:
  // Borrowed.
  explicit RpcWriter(const Redactor& redactor) : m_redactor(redactor) {}

  void begin_object() { m_writer.StartObject(); }
  void end_object() { m_writer.EndObject(); }
  void begin_array() { m_writer.StartArray(); }
  void end_array() { m_writer.EndArray(); }
  void key(std::string_view name) { string(name, Write::key); }
  void number(std::int64_t value) { m_writer.Int64(value); }
  void number(double value); // finite; a whole one without a fraction
  void boolean(bool value) { m_writer.Bool(value); }

  // What stands in limn's source.
  void word(std::string_view text) { string(text, Write::value); }

  // What somebody else said, or may have: terminal-safe, without keys.
  void said(std::string_view text);

  // What limn says itself and is useful only if it is exact.
  void own(std::string_view text);
  void file_uri(const std::filesystem::path& file); // absolute

  // An id or a token goes back to its sender as it came.
  void id(const RpcId& id) { json(id); }

  // JSON that redacted_json() returned, or that limn's source holds: as a value, or as the text
  // that it is.
  void json(std::string_view redacted);
  void json_text(std::string_view redacted) { string(redacted, Write::value); }

  // Image data, as base64.
  void image(std::string_view bytes);

  void member(std::string_view name, std::string_view word) { key(name), this->word(word); }
  void member(std::string_view name, std::int64_t value) { key(name), number(value); }
  void flag(std::string_view name, bool value) { key(name), boolean(value); }

  const Redactor& redactor() const { return m_redactor; }
  std::string str() const { return {m_buffer.GetString(), m_buffer.GetSize()}; }

private:
  enum class Write { key, value };
  void string(std::string_view text, Write what);

  const Redactor& m_redactor;
  rapidjson::StringBuffer m_buffer;
  rapidjson::Writer<rapidjson::StringBuffer> m_writer{m_buffer};
};

// An answer that is an error; without an id where it is empty, since null is none in any schema of
// the protocol. `data`: writes one value.
std::string rpc_error_text(const Redactor& redactor, const RpcId& id, RpcCode code,
                           std::string_view message,
                           const std::function<void(RpcWriter&)>& data = {});

// JSON that limn wrote, on one line and without keys.
std::string redacted_json(const Redactor& redactor, std::string_view json);

} // namespace limn
