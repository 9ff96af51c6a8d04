#include "mcp/rpc_writer.hpp"

#include "base/base64.hpp"
#include "base/terminal_text.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace limn {

namespace {

// Up to here each whole number is a double of its own.
constexpr double k_most_exact = 9007199254740992.0;

// Of what a client wrote, in an error.
constexpr std::size_t k_longest_error = 300;

// RFC 3986: what stands for itself anywhere.
bool is_unreserved(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '.' || c == '_' || c == '~';
}

} // namespace

void RpcWriter::number(double value)
{
  if (std::trunc(value) == value && std::abs(value) <= k_most_exact) {
    m_writer.Int64(static_cast<std::int64_t>(value));
  } else {
    m_writer.Double(value);
  }
}

void RpcWriter::said(std::string_view text)
{
  word(m_redactor.redact(terminal_safe(text, LineBreaks::keep)));
}

void RpcWriter::own(std::string_view text)
{
  word(m_redactor.redact_own(terminal_safe(text, LineBreaks::keep)));
}

void RpcWriter::file_uri(const std::filesystem::path& file)
{
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string uri = "file://";
  for (const char c : file.native()) {
    if (c == '/' || is_unreserved(c)) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += '%';
    uri += digits[byte >> 4U];
    uri += digits[byte & 0xFU];
  }
  word(m_redactor.redact_own(uri));
}

void RpcWriter::json(std::string_view redacted)
{
  m_writer.RawValue(redacted.data(), redacted.size(), rapidjson::kObjectType);
}

void RpcWriter::image(std::string_view bytes)
{
  word(base64_encode(std::as_bytes(std::span(bytes))));
}

void RpcWriter::string(std::string_view text, Write what)
{
  const auto size = static_cast<rapidjson::SizeType>(text.size());
  if (what == Write::key) {
    m_writer.Key(text.data(), size);
  } else {
    m_writer.String(text.data(), size);
  }
}

std::string rpc_error_text(const Redactor& redactor, const RpcId& id, RpcCode code,
                           std::string_view message, const std::function<void(RpcWriter&)>& data)
{
  RpcWriter text(redactor);
  text.begin_object();
  text.member("jsonrpc", "2.0");
  if (!id.empty()) {
    text.key("id");
    text.id(id);
  }
  text.key("error");
  text.begin_object();
  text.member("code", static_cast<std::int64_t>(code));
  text.key("message");
  text.said(shortened(message, k_longest_error));
  if (data) {
    text.key("data");
    data(text);
  }
  text.end_object();
  text.end_object();
  return text.str();
}

std::string redacted_json(const Redactor& redactor, std::string_view json)
{
  auto line = redactor.redact_json(json);
  // Within strings there are none, so these are blanks between two values.
  std::ranges::replace_if(
    line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

} // namespace limn
