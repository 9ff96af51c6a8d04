#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limn::sandbox {

struct FormField {
  std::string name;
  std::string filename;
  std::string media_type;
  std::string content;
};

// The fields of a multipart/form-data body (RFC 7578), as far as well-formed.
std::vector<FormField> read_multipart(std::string_view content_type, std::string_view body);

} // namespace limn::sandbox
