#include "sandbox/multipart.hpp"

namespace limn::sandbox {

namespace {

// The value of `name="..."` in a header line.
std::string quoted_value(std::string_view head, std::string_view name)
{
  const auto begin = head.find(name);
  if (begin == std::string_view::npos) {
    return {};
  }
  const auto rest = head.substr(begin + name.size());
  return std::string(rest.substr(0, rest.find('"')));
}

} // namespace

std::vector<FormField> read_multipart(std::string_view content_type, std::string_view body)
{
  std::vector<FormField> fields;
  const auto mark = content_type.find("boundary=");
  if (mark == std::string_view::npos) {
    return fields;
  }
  const auto boundary = "--" + std::string(content_type.substr(mark + 9));
  auto at = body.find(boundary);
  while (at != std::string_view::npos) {
    body.remove_prefix(at + boundary.size());
    const auto head_end = body.find("\r\n\r\n");
    const auto end = body.find("\r\n" + boundary);
    if (body.starts_with("--") || head_end == std::string_view::npos
        || end == std::string_view::npos) {
      break;
    }
    const auto head = body.substr(0, head_end);
    FormField field;
    field.name = quoted_value(head, "; name=\"");
    field.filename = quoted_value(head, "; filename=\"");
    if (const auto type = head.find("Content-Type: "); type != std::string_view::npos) {
      const auto value = head.substr(type + 14);
      field.media_type = value.substr(0, value.find("\r\n"));
    }
    field.content =
      head_end + 4 <= end ? body.substr(head_end + 4, end - head_end - 4) : std::string_view();
    fields.push_back(std::move(field));
    at = end + 2;
  }
  return fields;
}

} // namespace limn::sandbox
