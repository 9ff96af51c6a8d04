#include "serve/answer_form.hpp"

#include <chrono>
#include <utility>

namespace limn {

void add_event(PictureBody& body, std::string_view name, std::string_view json,
               std::string_view member, std::vector<PictureFile> pictures)
{
  body.add("event: ");
  body.add(name);
  body.add("\ndata: ");
  body.add_json(json, member, std::move(pictures));
  body.add("\n\n");
}

std::string or_auto(const std::string& asked)
{
  return asked.empty() ? "auto" : asked;
}

std::int64_t now_in_seconds()
{
  return std::chrono::duration_cast<std::chrono::seconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

std::string_view format_of_file(const std::filesystem::path& file)
{
  const auto& name = file.native();
  const auto extension = std::string_view(name).substr(name.rfind('.') + 1);
  return extension == "jpg" ? "jpeg" : extension;
}

} // namespace limn
