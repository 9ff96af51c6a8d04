#include "settings/commented.hpp"
#include "settings/failures.hpp"
#include "settings/rules.hpp"
#include "settings_folder.hpp"

#include <doctest/doctest.h>

#include <sstream>

// The limn.yaml that `limn init` writes.
using namespace limn;
using limn::test::SettingsFolder;

namespace {

// With every setting taken out of its comment.
std::string uncommented(const std::string& text)
{
  std::istringstream lines(text);
  std::string line;
  std::string all;
  while (std::getline(lines, line)) {
    const bool is_prose = line.starts_with("# ") && !line.starts_with("#  ");
    const bool is_setting = line.starts_with("#") && !is_prose;
    all += (is_setting ? line.substr(1) : line) + "\n";
  }
  return all;
}

std::string shown(const Settings& settings)
{
  std::string text;
  for (const auto& rule : rules()) {
    text += std::string(rule.key) + ": " + rule.show(settings) + "\n";
  }
  return text;
}

} // namespace

TEST_CASE("the commented settings say nothing")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", commented_settings({}));
  std::vector<std::string> warnings;
  const auto settings = folder.load(warnings);
  REQUIRE_MESSAGE(settings, folder.complaint());
  CHECK(settings->origins.empty());
  CHECK(settings->gateways.empty());
  CHECK(warnings.empty());
}

TEST_CASE("every setting is in them, and is what it is by default once it is uncommented")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", uncommented(commented_settings({})));
  const auto settings = folder.load();
  REQUIRE_MESSAGE(settings, folder.complaint());
  for (const auto& rule : rules()) {
    CAPTURE(rule.key);
    CHECK(settings->origins.count(std::string(rule.key)) == 1);
  }
  auto defaults = Settings();
  defaults.output_directory = folder.path() / "Pictures/limn"; // an example, since it has none
  CHECK(shown(*settings) == shown(defaults));
  CHECK(settings->gateways.size() == 1);
  CHECK(settings->fallback.size() == 1);
  CHECK(settings->components.size() == 1);
  CHECK_FALSE(settings->failure_words.empty());
  CHECK(settings->prices.size() == 1);
}

TEST_CASE("gateways that are given stand in their section, and no line is wider than a terminal")
{
  const SettingsFolder folder;
  const auto text = commented_settings("  - name: work\n"
                                       "    base_url: https://gw.example/v1\n"
                                       "    api_key_env: WORK_KEY\n");
  folder.write("limn.yaml", text);
  const auto settings = folder.load();
  REQUIRE_MESSAGE(settings, folder.complaint());
  REQUIRE(settings->gateways.size() == 1);
  CHECK(settings->gateways[0].api_key_env == "WORK_KEY");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 110);
    CHECK_FALSE(line.ends_with(' '));
  }
}
