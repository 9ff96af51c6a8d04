#pragma once

#include <span>
#include <string_view>

namespace limn {

// A file of the page, compiled in.
struct PageFile {
  std::string_view name; // "page.js"
  std::string_view content;
};

std::span<const PageFile> page_files();

} // namespace limn
