#include "settings_folder.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <thread>

using namespace limn;
using limn::test::SettingsFolder;

TEST_CASE("a key in a file that others can read gives a warning with the way out")
{
  struct Row {
    std::string_view key;
    mode_t mode;
    bool warns;
  };
  const SettingsFolder folder;
  for (const auto& row : {
         Row{"sk-1234567890", 0600, false},
         Row{"sk-1234567890", 0640, true},
         Row{"sk-1234567890", 0604, true},
         Row{"none", 0644, false},
         Row{"${WORK_KEY}", 0644, false},
       }) {
    CAPTURE(row.key);
    CAPTURE(row.mode);
    folder.write("limn.yaml",
                 "gateways: [{base_url: https://x, api_key: '" + std::string(row.key) + "'}]\n",
                 row.mode);
    std::vector<std::string> warnings;
    REQUIRE(folder.load(warnings));
    const auto path = (folder.path() / "limn.yaml").string();
    const std::vector<std::string> expected{path + " holds a key and others can read it: chmod 600 "
                                            + path};
    CHECK(warnings == (row.warns ? expected : std::vector<std::string>()));
  }
}

TEST_CASE("a settings file that others control is refused with the way out")
{
  const SettingsFolder folder;
  for (const std::string name : {"limn.yaml", "preferences.yaml"}) {
    folder.write(name, "timeout: 1\n", 0602);
    CHECK(folder.complaint().find("chmod 600 " + name) != std::string::npos);
    folder.write(name, "timeout: 1\n", 0600);
    CHECK(folder.complaint().empty());
    if (::geteuid() == 0) { // only root can give a file away
      REQUIRE(::chown((folder.path() / name).c_str(), 12345, 12345) == 0);
      CHECK(folder.complaint().find("belongs to another user") != std::string::npos);
      CHECK(folder.complaint().find("chown 0 " + name) != std::string::npos);
      REQUIRE(::chown((folder.path() / name).c_str(), 0, 0) == 0);
    }
  }
}

TEST_CASE("what is no settings file is refused, and only one that was named must be there")
{
  const SettingsFolder folder;
  std::vector<std::string> warnings;
  auto files = folder.files();
  files.limn_yaml_required = true;
  const auto absent = load_settings(files, warnings);
  REQUIRE_FALSE(absent);
  CHECK(folder.without_folder(absent.error().message) == "limn.yaml: no such file");

  files.limn_yaml = "/dev/null";
  CHECK(load_settings(files, warnings));

  std::filesystem::create_directory(folder.path() / "limn.yaml");
  CHECK(folder.complaint() == "limn.yaml: a folder, not a file");
  std::filesystem::remove(folder.path() / "limn.yaml");

  folder.write("limn.yaml", "timeout: 5\n#" + std::string((1 << 20) - 12, 'x'));
  CHECK(folder.complaint().empty());
  folder.write("limn.yaml", "timeout: 5\n#" + std::string((1 << 20) - 11, 'x'));
  CHECK(folder.complaint() == "limn.yaml: larger than 1 MiB");
}

TEST_CASE("pipes and devices in place of a settings file are refused, and none is waited for")
{
  const SettingsFolder folder;
  for (const std::string name : {"limn.yaml", "preferences.yaml"}) {
    const auto path = folder.path() / name;
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(folder.complaint() == name + ": a pipe, not a file");
    std::filesystem::remove(path);
    for (const auto* device : {"/dev/null", "/dev/zero"}) {
      std::filesystem::create_symlink(device, path);
      CHECK(folder.complaint() == name + ": a device, not a file");
      std::filesystem::remove(path);
    }
    std::filesystem::create_directory(path);
    CHECK(folder.complaint() == name + ": a folder, not a file");
    std::filesystem::remove(path);
  }
}

TEST_CASE("a file that was named for this run may be a pipe that somebody writes to")
{
  const SettingsFolder folder;
  auto files = folder.files();
  files.limn_yaml_required = true;
  std::vector<std::string> warnings;
  files.limn_yaml = "/dev/zero";
  REQUIRE_FALSE(load_settings(files, warnings));

  files.limn_yaml = folder.path() / "pipe";
  REQUIRE(::mkfifo(files.limn_yaml.c_str(), 0600) == 0);
  const auto unwritten = load_settings(files, warnings);
  REQUIRE_FALSE(unwritten);
  CHECK(folder.without_folder(unwritten.error().message) == "pipe: a pipe that nobody writes to");

  const int both = ::open(files.limn_yaml.c_str(), O_RDWR);
  const int writer = ::open(files.limn_yaml.c_str(), O_WRONLY);
  REQUIRE(::write(writer, "timeout: 7s\n", 12) == 12);
  std::thread end([&] {
    // Its end may come once the text is read: before, the pipe would be gone with its text.
    for (int left = 1; left > 0 && ::ioctl(both, FIONREAD, &left) == 0;) {
      std::this_thread::yield();
    }
    ::close(writer);
    ::close(both);
  });
  const auto settings = load_settings(files, warnings);
  end.join();
  REQUIRE(settings);
  CHECK(settings->timeout == std::chrono::seconds(7));
}

TEST_CASE("the default places follow the XDG variables, of which relative ones do not count")
{
  const SettingsFolder folder;
  const char* before = std::getenv("XDG_CONFIG_HOME");
  const std::optional<std::string> kept =
    before ? std::optional<std::string>(before) : std::nullopt;

  ::setenv("XDG_CONFIG_HOME", (folder.path() / "config/").c_str(), 1);
  CHECK(default_settings_files().limn_yaml == folder.path() / "config/limn/limn.yaml");
  CHECK(default_settings_files().preferences == folder.path() / "config/limn/preferences.yaml");
  CHECK_FALSE(default_settings_files().limn_yaml_required);
  ::setenv("XDG_CONFIG_HOME", "relative", 1);
  CHECK(default_settings_files().limn_yaml == folder.path() / ".config/limn/limn.yaml");
  ::unsetenv("XDG_CONFIG_HOME");
  CHECK(default_settings_files().limn_yaml == folder.path() / ".config/limn/limn.yaml");

  if (kept) {
    ::setenv("XDG_CONFIG_HOME", kept->c_str(), 1);
  }
}
