#include "output/file_sink.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_max_file_name_size = 240; // NAME_MAX is 255; "-999999.webp" must fit too

} // namespace

FileSink::FileSink(std::filesystem::path folder, std::string file_name, SinkOptions options,
                   Naming naming)
  : FolderSink(std::move(folder), std::move(options), std::move(naming)),
    m_file_name(std::move(file_name))
{
}

Done FileSink::check_writable()
{
  if (m_file_name.size() > k_max_file_name_size) {
    return fail(FailureClass::usage,
                fmt::format("the name of the file is longer than {} bytes", k_max_file_name_size));
  }
  return FolderSink::check_writable();
}

std::string FileSink::stem(const NameFacts&) const
{
  return stem_of(m_file_name);
}

} // namespace limn
