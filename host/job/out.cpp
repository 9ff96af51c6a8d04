#include "job/out.hpp"

#include "base/terminal_text.hpp"

#include <cstdio>
#include <string>

namespace limn {

void Out::line(std::string_view text)
{
  put(m_redactor.redact(terminal_safe(text, LineBreaks::keep)));
}

void Out::path(const std::filesystem::path& path)
{
  put(m_redactor.redact_own(path.native()));
}

void Out::json(const JsonWriter& json)
{
  put(m_redactor.redact_json(json.view(), json.ranges_of_image_data()));
}

void Out::event(const JsonWriter& json)
{
  m_terminal.put_event(m_redactor.redact_json(json.view(), json.ranges_of_image_data()));
}

void Out::tells_of(std::filesystem::path image)
{
  m_untold.push_back(std::move(image));
}

bool Out::flush()
{
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    return false;
  }
  m_untold.clear();
  return true;
}

void Out::put(std::string redacted)
{
  m_terminal.erase_progress();
  redacted += '\n';
  std::fwrite(redacted.data(), 1, redacted.size(), stdout);
}

} // namespace limn
