// limn.yaml and preferences.yaml, whatever stands in them, load or fail with a place; what was
// loaded can be shown, and reads back as the same.
// Input: limn.yaml, a line "%%%", preferences.yaml.
#include "oracle.hpp"
#include "settings/load.hpp"
#include "settings/rules.hpp"
#include "settings/yaml_document.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

using namespace limn;

namespace {

// A file that lies in memory only.
class MemoryFile
{
public:
  MemoryFile() : m_descriptor(::memfd_create("settings", MFD_CLOEXEC))
  {
    LIMN_EXPECT(m_descriptor >= 0 && ::fchmod(m_descriptor, 0600) == 0);
  }

  void write(std::string_view text) const
  {
    LIMN_EXPECT(::ftruncate(m_descriptor, 0) == 0);
    LIMN_EXPECT(::pwrite(m_descriptor, text.data(), text.size(), 0)
                == static_cast<ssize_t>(text.size()));
  }
  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

private:
  int m_descriptor;
};

std::size_t take_number(std::string_view& text)
{
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  LIMN_EXPECT(error == std::errc());
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  LIMN_EXPECT(text.starts_with(":"));
  text.remove_prefix(1);
  return number;
}

// "FILE:LINE:COLUMN: what", of a place within `text`.
void check_place(std::string_view message, const std::filesystem::path& file, std::string_view text)
{
  const auto prefix = file.string() + ":";
  LIMN_EXPECT(message.starts_with(prefix));
  message.remove_prefix(prefix.size());
  const auto line = take_number(message);
  const auto column = take_number(message);
  LIMN_EXPECT(line >= 1 && line <= 2 + static_cast<std::size_t>(std::ranges::count(text, '\n')));
  LIMN_EXPECT(column >= 1 && column <= text.size() + 2); // an escape may reach behind the end
  LIMN_EXPECT(message.size() > 1);
}

std::size_t values_in(const YamlNode& node, std::size_t depth)
{
  LIMN_EXPECT(depth <= k_deepest_yaml);
  std::size_t count = 1;
  for (const auto* item : node.items) {
    count += values_in(*item, depth + 1);
  }
  for (const auto& [key, value] : node.entries) {
    LIMN_EXPECT(key->kind == YamlNode::Kind::scalar && key->text.size() <= k_longest_yaml_key);
    count += 1 + values_in(*value, depth + 1);
  }
  return count;
}

void check_document(std::string_view text)
{
  const auto document = YamlDocument::parse(text, "f");
  if (document) {
    LIMN_EXPECT(values_in(document->root(), 0) <= k_most_yaml_values + 1);
  } else {
    check_place(document.error().message, "f", text);
    LIMN_EXPECT(fuzz::is_safe_to_show(document.error().message));
  }
}

void check_shown(const Settings& settings)
{
  for (const auto& rule : rules()) {
    const auto shown = rule.show(settings);
    if (shown.empty()) {
      continue;
    }
    LIMN_EXPECT(shown.find('\n') == std::string::npos);
    const auto document = YamlDocument::parse(shown, "f");
    LIMN_EXPECT(document.has_value());
    if (document->root().kind == YamlNode::Kind::null || document->root().text.empty()) {
      continue; // "nothing", which is no value to write down
    }
    Settings again;
    const auto read =
      rule.read({&document->root(), &document->root(), std::string(rule.key)}, again);
    LIMN_EXPECT(read.has_value());
    LIMN_EXPECT(rule.show(again) == shown);
  }
  for (const auto& [key, value, origin] : list_settings(settings)) {
    LIMN_EXPECT(fuzz::is_safe_to_show(value));
    LIMN_EXPECT(!origin.empty());
    if (key.starts_with("gateways[") && key.ends_with("].api_key")) {
      LIMN_EXPECT(value == "none" || value == "[redacted]");
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  static const MemoryFile limn_yaml;
  static const MemoryFile preferences;
  static const int home = ::setenv("HOME", "/home/someone", 1);
  LIMN_EXPECT(home == 0);

  auto input = fuzz::text_of(bytes, size);
  const auto limn_yaml_text = fuzz::take_part(input);
  const auto preferences_text = input;
  check_document(limn_yaml_text);
  limn_yaml.write(limn_yaml_text);
  preferences.write(preferences_text);
  std::vector<std::string> warnings;
  const auto settings = load_settings({limn_yaml.path(), preferences.path(), true}, warnings);
  if (settings) {
    check_shown(*settings);
    return 0;
  }
  LIMN_EXPECT(settings.error().failure_class == FailureClass::settings);
  const bool is_first = settings.error().message.starts_with(limn_yaml.path().string() + ":");
  check_place(settings.error().message, is_first ? limn_yaml.path() : preferences.path(),
              is_first ? limn_yaml_text : preferences_text);
  return 0;
}
