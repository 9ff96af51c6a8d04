#include "settings/rules.hpp"
#include "settings_folder.hpp"

#include <doctest/doctest.h>

#include <map>

// `defaults:` of limn.yaml and of its gateways.
using namespace limn;
using limn::test::SettingsFolder;

namespace {

std::map<std::string, SettingValue> listed(const Settings& settings)
{
  std::map<std::string, SettingValue> values;
  for (auto& value : list_settings(settings)) {
    values.emplace(value.key, value);
  }
  return values;
}

} // namespace

TEST_CASE("defaults are read as people say them on the command line")
{
  struct Row {
    std::string_view written;
    std::string_view key;
    std::string_view shown;
  };
  const SettingsFolder folder;
  for (const auto& row : {
         Row{"{size: '16:9'}", "defaults.size", "1536x864"},
         Row{"{size: 2K portrait}", "defaults.size", "1152x2048"},
         Row{"{size: 1920x1080!}", "defaults.size", "\"1920x1080!\""},
         Row{"{size: auto}", "defaults.size", "auto"},
         Row{"{}", "defaults.size", "1024x1024"},
         Row{"{n: 4}", "defaults.n", "4"},
         Row{"{}", "defaults.n", "1"},
         Row{"{quality: HIGH}", "defaults.quality", "high"},
         Row{"{quality: hd}", "defaults.quality", "hd"},
         Row{"{quality: ultra}", "defaults.quality", "ultra"},
         Row{"{quality: none}", "defaults.quality", "none"},
         Row{"{}", "defaults.quality", "none"},
         Row{"{format: JPG}", "defaults.format", "jpeg"},
         Row{"{background: Opaque}", "defaults.background", "opaque"},
         Row{"{moderation: low}", "defaults.moderation", "low"},
         Row{"{compression: 80}", "defaults.compression", "80"},
         Row{"{}", "defaults.compression", "none"},
       }) {
    CAPTURE(row.written);
    folder.write("limn.yaml", "defaults: " + std::string(row.written) + "\n");
    const auto settings = folder.load();
    REQUIRE(settings);
    const auto value = listed(*settings).at(std::string(row.key));
    CHECK(value.value == row.shown);
    CHECK(value.origin == (row.written == "{}" ? "default" : "limn.yaml:1"));
  }
}

TEST_CASE("defaults that make no sense are refused at their place")
{
  struct Row {
    std::string_view text;
    std::string_view complaint;
  };
  const SettingsFolder folder;
  for (const auto& row : {
         Row{"defaults: high\n",
             "limn.yaml:1:11: defaults: expected a map, such as {quality: high}"},
         Row{"defaults: {qualty: high}\n",
             "limn.yaml:1:12: unknown key 'qualty': did you mean 'quality'?"},
         Row{"defaults: {quality: hgih}\n",
             "limn.yaml:1:21: defaults.quality: 'hgih' is not known: did you mean 'high'?"},
         Row{"defaults: {size: huge}\n", "limn.yaml:1:18: defaults.size: expected a size, such as "
                                         "1024x1024, 16:9, 2K or auto, not 'huge'"},
         Row{"defaults: {n: 101}\n", "limn.yaml:1:15: defaults.n: expected a number from 1 to 100, "
                                     "such as 2, not '101'"},
         Row{"defaults: {format: jpg, background: transparent}\n",
             "limn.yaml:1:11: defaults: jpeg has no transparent background: take png or webp"},
         Row{"defaults: {format: png, compression: 50}\n",
             "limn.yaml:1:11: defaults: png takes no compression: take jpeg or webp, or leave the "
             "compression out"},
         Row{"gateways: [{base_url: 'https://a.example/v1', api_key: none, defaults: {n: 2}}]\n",
             "limn.yaml:1:73: how many images are wanted is settled before a gateway is chosen: "
             "write it as `defaults: {n: ...}` outside of gateways"},
         Row{"gateways: [{base_url: 'https://a.example/v1', api_key: none, defaults: {size: 1}}]\n",
             "limn.yaml:1:79: gateways[0].defaults.size: expected a size, such as 1024x1024, 16:9, "
             "2K or auto, not '1'"},
       }) {
    CAPTURE(row.text);
    folder.write("limn.yaml", row.text);
    CHECK(folder.complaint() == row.complaint);
  }
}

TEST_CASE("a gateway's defaults are listed with their place, and only those that it has")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "gateways:\n"
                            "  - base_url: https://a.example/v1\n"
                            "    api_key: none\n"
                            "    defaults:\n"
                            "      quality: none\n"
                            "      size: 2K\n");
  const auto settings = folder.load();
  REQUIRE(settings);
  const auto values = listed(*settings);
  CHECK(values.at("gateways[0].defaults.quality").value == "none");
  CHECK(values.at("gateways[0].defaults.quality").origin == "limn.yaml:5");
  CHECK(values.at("gateways[0].defaults.size").value == "2048x2048");
  CHECK(values.count("gateways[0].defaults.format") == 0);
  CHECK(settings->gateways[0].defaults.quality == "");
  CHECK_FALSE(settings->gateways[0].defaults.output_format.has_value());
}

TEST_CASE("defaults of both files that exclude each other are told, and lock nobody out")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "defaults: {background: transparent}\n");
  REQUIRE(set_preference(folder.files(), "defaults.format", "jpg"));
  std::vector<std::string> warnings;
  const auto settings = folder.load(warnings);
  REQUIRE(settings);
  CHECK(settings->defaults.output_format == "jpeg");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0]
        == "defaults of limn.yaml and preferences.yaml: jpeg has no transparent background: take "
           "png or webp; the format holds");
}
