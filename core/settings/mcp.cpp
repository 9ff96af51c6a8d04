#include "settings/mcp.hpp"

#include "settings/yaml_text.hpp"

namespace limn {

namespace {

constexpr int k_longest_wait = 600;       // seconds
constexpr std::string_view k_no = "none"; // limit

Result<std::string> read_directory(const Value& value)
{
  LIMN_TRY_ASSIGN(const auto path, read_path(value, "an absolute directory, such as ~/folder"));
  return path.string();
}

} // namespace

Done read_mcp_wait(const Value& value, Settings& settings)
{
  constexpr std::string_view k_wanted = "a number of seconds from 0 to 600, such as 45, or auto";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  settings.mcp.wait.reset();
  if (text != "auto") {
    LIMN_TRY_ASSIGN(const int seconds, read_number(value, k_wanted, 0, k_longest_wait));
    settings.mcp.wait.emplace(seconds);
  }
  return {};
}

std::string show_mcp_wait(const Settings& settings)
{
  return settings.mcp.wait ? std::to_string(settings.mcp.wait->count()) : "auto";
}

Result<std::optional<NanoUsd>> read_dollars(const Value& value)
{
  constexpr std::string_view k_wanted = "US dollars, such as 0.50, or none";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  if (text == k_no) {
    return std::optional<NanoUsd>();
  }
  const auto amount = parse_usd(text);
  if (!amount) {
    return value.expected(k_wanted);
  }
  return amount;
}

std::string dollars_text(std::optional<NanoUsd> amount)
{
  return amount ? usd_decimal(*amount) : std::string(k_no);
}

Result<std::vector<std::filesystem::path>> read_directories(const Value& value,
                                                            const std::string& example)
{
  LIMN_TRY_ASSIGN(const auto paths,
                  read_list(value, "a list of absolute directories, such as [" + example + "]",
                            read_directory, Empty::allowed));
  return std::vector<std::filesystem::path>(paths.begin(), paths.end());
}

std::string directories_text(const std::vector<std::filesystem::path>& directories)
{
  std::vector<std::string> paths;
  for (const auto& path : directories) {
    paths.push_back(path.string());
  }
  return yaml_list(paths);
}

} // namespace limn
