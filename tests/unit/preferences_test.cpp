#include "settings_folder.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>

using namespace limn;
using limn::test::SettingsFolder;

namespace {

std::string value_of(const SettingsFolder& folder, const std::string& key)
{
  const auto settings = folder.load();
  REQUIRE(settings);
  for (const auto& value : list_settings(*settings)) {
    if (value.key == key) {
      return value.value + " (" + value.origin + ")";
    }
  }
  return "not listed";
}

std::string complaint_of(const SettingsFolder& folder, const std::string& key,
                         const std::string& value)
{
  const auto done = set_preference(folder.files(), key, value);
  if (done) {
    return {};
  }
  CHECK(done.error().failure_class == FailureClass::settings);
  return folder.without_folder(done.error().message);
}

struct Settable {
  const char* key;
  const char* value;
};

constexpr std::array<Settable, 17> k_settable{{
  {"model", "[a, b]"},
  {"sources", "[env]"},
  {"providers", "[responses_api]"},
  {"fallback.sizes", "[512x512]"},
  {"fallback.wait", "5s"},
  {"fallback.billing_cool_down", "60s"},
  {"fallback.allow_duplicate_charge", "true"},
  {"output.directory", "/pictures"},
  {"output.name", "x"},
  {"timeout", "1s"},
  {"limits.max_header_size", "4KiB"},
  {"limits.max_body_size", "100001"},
  {"limits.max_models_size", "1MiB"},
  {"limits.max_message_size", "1GiB"},
  {"limits.max_json_depth", "100"},
  {"limits.max_images", "7"},
  {"limits.connect_timeout", "500ms"},
}};

} // namespace

TEST_CASE("what is set is there with its origin, wins over limn.yaml, and is gone once unset")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "timeout: 7s\n");
  std::map<std::string, std::string> before;
  for (const auto& row : k_settable) {
    before[row.key] = value_of(folder, row.key);
  }
  for (const auto& row : k_settable) {
    CAPTURE(row.key);
    CHECK(complaint_of(folder, row.key, row.value).empty());
    CHECK(value_of(folder, row.key).find(std::string(row.value) + " (preferences.yaml:") == 0);
  }
  CHECK(
    folder.read("preferences.yaml")
    == "# Written by limn. Change it with `limn config set KEY VALUE`; it wins over limn.yaml, "
       "which is yours to "
       "edit.\n"
       "model: [a, b]\nsources: [env]\nproviders: [responses_api]\nfallback.sizes: [512x512]\n"
       "fallback.wait: 5s\nfallback.billing_cool_down: 60s\nfallback.allow_duplicate_charge: true\n"
       "output.directory: /pictures\noutput.name: x\ntimeout: 1s\n"
       "limits.max_header_size: 4KiB\nlimits.max_body_size: 100001\nlimits.max_models_size: 1MiB\n"
       "limits.max_message_size: 1GiB\nlimits.max_json_depth: 100\nlimits.max_images: "
       "7\nlimits.connect_timeout: "
       "500ms\n");
  CHECK(value_of(folder, "timeout") == "1s (preferences.yaml:11)");
  for (const auto& row : k_settable) {
    CAPTURE(row.key);
    const auto unset = unset_preference(folder.files(), row.key);
    REQUIRE(unset);
    CHECK(*unset);
    CHECK(value_of(folder, row.key) == before[row.key]);
    CHECK_FALSE(unset_preference(folder.files(), row.key).value());
  }
  CHECK(value_of(folder, "timeout") == "7s (limn.yaml:1)");
}

TEST_CASE("values are taken as typed, and as YAML where that is the only sense")
{
  struct Row {
    const char* key;
    const char* typed;
    std::string shown;
  };
  const SettingsFolder folder;
  const auto home = folder.path().string();
  for (const auto& row : {
         Row{"output.name", "{date}-{slug}", "\"{date}-{slug}\""},
         Row{"output.name", "\"{slug}\"", "\"{slug}\""},
         Row{"output.name", "{n}", "\"{n}\""},
         Row{"output.name", "a #1: b", "\"a #1: b\""},
         Row{"output.directory", "~", home},
         Row{"output.directory", "~/a b/", "\"" + home + "/a b\""},
         Row{"output.directory", "/x/../y/./", "/y"},
         Row{"output.directory", "/", "/"},
         Row{"output.directory", "'/x #1'", "\"/x #1\""},
         Row{"output.directory",
             "/b\xc3\xbc"
             "cher",
             "\"/b\xc3\xbc"
             "cher\""},
         Row{"model", "gpt-image-2", "[gpt-image-2]"},
         Row{"model", "- a\n- b\n", "[a, b]"},
         Row{"timeout", "1.5", "1500ms"},
         Row{"timeout", "2m", "120s"},
         Row{"fallback.sizes", "[]", "[]"},
       }) {
    CAPTURE(row.typed);
    CHECK(complaint_of(folder, row.key, row.typed).empty());
    CHECK(value_of(folder, row.key).find(row.shown + " (preferences.yaml:2)") == 0);
    REQUIRE(unset_preference(folder.files(), row.key));
  }
}

TEST_CASE("a relative output directory is remembered as it is now")
{
  const SettingsFolder folder;
  CHECK(complaint_of(folder, "output.directory", "pictures/./x/").empty());
  const auto settings = folder.load();
  REQUIRE(settings);
  CHECK(settings->output_directory == std::filesystem::current_path() / "pictures/x");
  CHECK(complaint_of(folder, "output.directory", "[odd]").empty());
  CHECK(folder.load()->output_directory == std::filesystem::current_path() / "[odd]");
}

TEST_CASE("what cannot be set is refused, and the file stays as it was")
{
  struct Row {
    const char* key;
    const char* value;
    std::string complaint;
  };
  const SettingsFolder folder;
  REQUIRE(complaint_of(folder, "timeout", "5s").empty());
  const auto before = folder.read("preferences.yaml");
  for (
    const auto& row : {
      Row{"output.dir", "/x", "unknown key 'output.dir': did you mean 'output.name'?"},
      Row{"timeuot", "5", "unknown key 'timeuot': did you mean 'timeout'?"},
      Row{"fallback.allow_duplicate_charges", "true",
          "unknown key 'fallback.allow_duplicate_charges': did you mean "
          "'fallback.allow_duplicate_charge'?"},
      Row{"output", "/x",
          "'output' is a group of settings: set one of them, such as output.directory"},
      Row{"gateways", "[]", "'gateways' can be set in limn.yaml only"},
      Row{"gateways[0].api_key", "x", "'gateways[0].api_key' can be set in limn.yaml only"},
      Row{"fallback.billing", "stop", "'fallback.billing' can be set in limn.yaml only"},
      Row{"plugins.isolate", "[x]", "'plugins.isolate' can be set in limn.yaml only"},
      Row{"plugins.directories", "[/x]", "'plugins.directories' can be set in limn.yaml only"},
      Row{"prices.gpt-image-2", "1", "'prices.gpt-image-2' can be set in limn.yaml only"},
      Row{"settings.env.x", "1", "'settings.env.x' can be set in limn.yaml only"},
      Row{"timeout", "0",
          "timeout: expected a duration above 0 and up to 24h, such as 600s, 10m, 1h30m or 500ms, "
          "not "
          "'0'"},
      Row{"timeout", "",
          "timeout: expected a duration above 0 and up to 24h, such as 600s, 10m, 1h30m or 500ms, "
          "not "
          "''"},
      Row{"output.name", "{slg}", "output.name: unknown placeholder '{slg}': did you mean 'slug'?"},
      Row{
        "output.directory", "~else/x",
        "output.directory: expected an absolute directory, such as ~/Pictures/limn, not '~else/x'"},
      Row{"output.directory", "/x\xff", "output.directory: this value cannot be kept in a file"},
      Row{"output.directory", "/x\ny", "output.directory: a line break or control character in it"},
      Row{"providers", "responses_api,",
          "providers: expected a list of provider ids, such as [openai_images, responses_api], not "
          "'responses_api,'"},
      Row{"providers", "[a, B]",
          "providers[1]: expected an id of small letters, digits and '_', such as openai_images, "
          "not 'B'"},
      Row{"providers", "[a", "providers:1:1: not valid YAML: end of sequence flow not found"},
    }) {
    CAPTURE(row.key);
    CAPTURE(row.value);
    CHECK(complaint_of(folder, row.key, row.value) == row.complaint);
    CHECK(folder.read("preferences.yaml") == before);
  }
  CHECK_FALSE(unset_preference(folder.files(), "timeuot"));
}

TEST_CASE(
  "preferences that were edited by hand are read nested as well, and refused with their place")
{
  struct Row {
    std::string_view text;
    std::string_view complaint;
  };
  const SettingsFolder folder;
  for (const auto& row : {
         Row{"output: {directory: /x}\nfallback:\n  wait: 1s\n", ""},
         Row{"output.directory: /x\noutput: {directory: /y}\n",
             "preferences.yaml:2:10: 'output.directory' is there twice"},
         Row{"gateways: []\n", "preferences.yaml:1:1: 'gateways' can be set in limn.yaml only"},
         Row{"fallback: {billing: stop}\n",
             "preferences.yaml:1:12: 'fallback.billing' can be set in limn.yaml only"},
         Row{"timeot: 5\n", "preferences.yaml:1:1: unknown key 'timeot': did you mean 'timeout'?"},
         Row{"- timeout\n",
             "preferences.yaml:1:1: expected settings, such as `timeout: 600s`, not a list"},
         Row{"output.directory: x\n", "preferences.yaml:1:19: output.directory: expected an "
                                      "absolute directory, such as ~/Pictures/limn, "
                                      "not 'x'"},
       }) {
    CAPTURE(row.text);
    folder.write("preferences.yaml", row.text);
    CHECK(folder.complaint() == row.complaint);
  }
}

TEST_CASE("setting or unsetting the wrong entry is the way out of it, other wrong ones stop it")
{
  const SettingsFolder folder;
  folder.write("preferences.yaml", "timeout: never\noutput: {name: x}\n");
  CHECK(complaint_of(folder, "model", "m").find("preferences.yaml:1:10: timeout: ") == 0);
  CHECK(complaint_of(folder, "timeout", "5s").empty());
  CHECK(value_of(folder, "timeout") == "5s (preferences.yaml:3)");
  CHECK(value_of(folder, "output.name") == "x (preferences.yaml:2)");

  folder.write("preferences.yaml", "from_the_future: 1\ntimeout: 3s\n");
  CHECK(unset_preference(folder.files(), "from_the_future").value());
  CHECK(value_of(folder, "timeout") == "3s (preferences.yaml:2)");
}

TEST_CASE("the file and its folder are for us alone, and nothing else is left in it")
{
  const SettingsFolder folder;
  SettingsFiles files{folder.path() / "a/b/limn.yaml", folder.path() / "a/b/preferences.yaml"};
  CHECK_FALSE(unset_preference(files, "timeout").value());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "a"));
  REQUIRE(set_preference(files, "timeout", "5"));

  struct stat status {
  };
  REQUIRE(::stat((folder.path() / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  REQUIRE(::stat(files.preferences.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "a/b")) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"preferences.yaml", "preferences.yaml.lock"});
}

TEST_CASE("a preferences file that is a link stays one")
{
  const SettingsFolder folder;
  std::filesystem::create_directory(folder.path() / "dotfiles");
  folder.write("dotfiles/prefs.yaml", "timeout: 3s\n");
  std::filesystem::create_symlink("dotfiles/prefs.yaml", folder.path() / "preferences.yaml");
  CHECK(complaint_of(folder, "model", "m").empty());
  CHECK(std::filesystem::is_symlink(folder.path() / "preferences.yaml"));
  CHECK(folder.read("dotfiles/prefs.yaml").find("model: [m]\ntimeout: 3s\n") != std::string::npos);
}

TEST_CASE("processes that set at the same time lose nothing of each other")
{
  const SettingsFolder folder;
  constexpr int k_rounds = 8;
  for (int round = 0; round < k_rounds; ++round) {
    std::filesystem::remove(folder.path() / "preferences.yaml");
    int gate[2];
    REQUIRE(::pipe(gate) == 0);
    std::vector<pid_t> children;
    for (const auto& row : k_settable) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        ::close(gate[1]);
        char byte = 0;
        const auto end = ::read(gate[0], &byte, 1); // all start when the gate closes
        ::_exit(end == 0 && set_preference(folder.files(), row.key, row.value) ? 0 : 1);
      }
      children.push_back(child);
    }
    ::close(gate[0]);
    ::close(gate[1]);
    for (const auto child : children) {
      int status = -1;
      REQUIRE(::waitpid(child, &status, 0) == child);
      CHECK(status == 0);
    }
    for (const auto& row : k_settable) {
      CAPTURE(row.key);
      CHECK(value_of(folder, row.key).find(std::string(row.value) + " (preferences.yaml:") == 0);
    }
  }
}

TEST_CASE("without a home folder nothing can be remembered, and loading still works")
{
  const SettingsFiles nowhere;
  std::vector<std::string> warnings;
  CHECK(load_settings(nowhere, warnings));
  CHECK_FALSE(set_preference(nowhere, "timeout", "5"));
  CHECK_FALSE(unset_preference(nowhere, "timeout").value());
}
