#include "fresh_folder.hpp"
#include "gateways/key.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using namespace limn::test;

namespace {

// A variable that is set, or not, while it lives. The names are this test's own.
class Variable
{
public:
  explicit Variable(const char* name, const char* value = nullptr) : m_name(name)
  {
    if (value) {
      ::setenv(name, value, 1);
    } else {
      ::unsetenv(name);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(m_name); }

private:
  const char* m_name;
};

GatewaySettings with_text(std::string_view text)
{
  GatewaySettings settings;
  settings.api_key = Secret(text);
  return settings;
}

GatewaySettings with_variable(const char* name)
{
  GatewaySettings settings;
  settings.api_key_env = name;
  return settings;
}

GatewaySettings with_file(const std::filesystem::path& file)
{
  GatewaySettings settings;
  settings.api_key_file = file;
  return settings;
}

std::string key_of(const GatewaySettings& settings)
{
  std::vector<std::string> warnings;
  const auto key = resolve_key(settings, warnings);
  REQUIRE(key.has_value());
  CHECK(warnings.empty());
  return std::string(key->reveal());
}

std::string reason_for_none(const GatewaySettings& settings)
{
  std::vector<std::string> warnings;
  const auto key = resolve_key(settings, warnings);
  REQUIRE(!key);
  CHECK(key.error().failure_class == FailureClass::settings);
  return key.error().message;
}

bool holds(const std::string& text, std::string_view part)
{
  return text.find(part) != std::string::npos;
}

std::filesystem::path key_file(const FreshFolder& folder, std::string_view content,
                               mode_t mode = 0600)
{
  auto file = folder.write("key", content);
  ::chmod(file.c_str(), mode);
  return file;
}

} // namespace

TEST_CASE("a key is what is written, without the blanks around it")
{
  CHECK(key_of(with_text("sk-123")) == "sk-123");
  CHECK(key_of(with_text(" sk-123\n")) == "sk-123");
  CHECK(key_of(with_text("sk-$123")) == "sk-$123");
}

TEST_CASE("a key that is ${NAME} is that variable's value")
{
  const Variable variable("LIMN_TEST_KEY", "sk-from-variable");
  CHECK(key_of(with_text("${LIMN_TEST_KEY}")) == "sk-from-variable");
}

TEST_CASE("an unresolved ${NAME} is an absent key and is named")
{
  const Variable absent("LIMN_TEST_ABSENT");
  const Variable empty("LIMN_TEST_EMPTY", "");
  CHECK(holds(reason_for_none(with_text("${LIMN_TEST_ABSENT}")),
              "unresolved ${...}: the variable LIMN_TEST_ABSENT"));
  CHECK(holds(reason_for_none(with_text("${LIMN_TEST_EMPTY}")), "LIMN_TEST_EMPTY"));
}

TEST_CASE("a ${...} among other text is never sent, and the other text never shown")
{
  const Variable variable("LIMN_TEST_KEY", "sk-from-variable");
  for (const std::string_view text :
       {"hunter2${LIMN_TEST_KEY}", "${LIMN_TEST_KEY}hunter2", "${LIMN_TEST_KEY}hunter2}",
        "${LIMN_TEST_KEY", "${LIMN_TEST_KEY:-hunter2}", "${}", "hunter2${",
        "${LIMN_TEST_KEY}${LIMN_TEST_KEY}"}) {
    CAPTURE(text);
    const auto reason = reason_for_none(with_text(text));
    CHECK(!holds(reason, "hunter2"));
    CHECK(!holds(reason, "sk-from-variable"));
  }
}

TEST_CASE("an empty key says how a server without keys is written")
{
  for (const std::string_view text : {"", " ", "\n"}) {
    std::vector<std::string> warnings;
    const auto key = resolve_key(with_text(text), warnings);
    REQUIRE(!key);
    CHECK(holds(key.error().hint, "api_key: none"));
  }
}

TEST_CASE("a key comes from the variable that is named")
{
  const Variable variable("LIMN_TEST_KEY", "sk-from-variable");
  CHECK(key_of(with_variable("LIMN_TEST_KEY")) == "sk-from-variable");
}

TEST_CASE("line ends and blanks that a shell or an editor left are no part of a key")
{
  for (const auto* value : {"sk-1\n", "sk-1\r\n", " sk-1 ", "\tsk-1", "sk-1\nsk-2"}) {
    const Variable variable("LIMN_TEST_KEY", value);
    CHECK(key_of(with_variable("LIMN_TEST_KEY")) == "sk-1");
  }
}

TEST_CASE("a variable that is absent or empty is named")
{
  const Variable absent("LIMN_TEST_ABSENT");
  CHECK(holds(reason_for_none(with_variable("LIMN_TEST_ABSENT")), "LIMN_TEST_ABSENT"));
  for (const auto* value : {"", "  ", "\n"}) {
    const Variable empty("LIMN_TEST_EMPTY", value);
    CHECK(holds(reason_for_none(with_variable("LIMN_TEST_EMPTY")), "LIMN_TEST_EMPTY"));
  }
}

TEST_CASE("a key that stands where the name of a variable belongs is not shown")
{
  for (const std::string key : {"k9f8e7d6c5b4a3f2e1d0", "AIzaSyD3adB33f"}) {
    CHECK(!holds(reason_for_none(with_variable(key.c_str())), key));
    CHECK(!holds(reason_for_none(with_text("${" + key + "}")), key));
  }
}

TEST_CASE("a key file's key is its first line")
{
  const FreshFolder folder;
  for (const std::string_view content :
       {"sk-1", "sk-1\n", "sk-1\r\n", "  sk-1\t \n", "sk-1\nsk-2\n# comment\n"}) {
    CAPTURE(content);
    CHECK(key_of(with_file(key_file(folder, content))) == "sk-1");
  }
}

TEST_CASE("a key file without a key is named")
{
  const FreshFolder folder;
  for (const std::string_view content : {"", "\n", "  \t\n", "\nsk-1\n"}) {
    CAPTURE(content);
    const auto file = key_file(folder, content);
    const auto reason = reason_for_none(with_file(file));
    CHECK(holds(reason, file.string()));
    CHECK(holds(reason, "empty"));
  }
}

TEST_CASE("a key file of two bytes a character is named, and no byte of it is sent")
{
  const FreshFolder folder;
  const std::string utf16("\xff\xfes\0k\0", 6);
  CHECK(holds(reason_for_none(with_file(key_file(folder, utf16))), "UTF-16"));
}

TEST_CASE("a key file that is absent, a folder or a pipe is named, and not waited for")
{
  const FreshFolder folder;
  const auto pipe = folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const auto& path : {folder.path() / "absent", folder.path(), pipe}) {
    CAPTURE(path.string());
    CHECK(holds(reason_for_none(with_file(path)), path.string()));
  }
}

TEST_CASE("a key file that others can read is used with a warning that tells the cure")
{
  const FreshFolder folder;
  for (const mode_t mode : {0644, 0640, 0604}) {
    CAPTURE(mode);
    const auto file = key_file(folder, "sk-123", mode);
    std::vector<std::string> warnings;
    const auto key = resolve_key(with_file(file), warnings);
    REQUIRE(key.has_value());
    CHECK(key->reveal() == "sk-123");
    REQUIRE(warnings.size() == 1);
    CHECK(holds(warnings.front(), "chmod 600 " + file.string()));
    CHECK(!holds(warnings.front(), "sk-123"));
  }
  for (const mode_t mode : {0600, 0400, 0611}) {
    CAPTURE(mode);
    CHECK(key_of(with_file(key_file(folder, "sk-123", mode))) == "sk-123");
  }
}

TEST_CASE("a gateway that says nothing about a key has none")
{
  CHECK(holds(reason_for_none({}), "api_key"));
}
