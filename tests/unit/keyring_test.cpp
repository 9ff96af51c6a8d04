#include "fresh_folder.hpp"
#include "gateways/keyring.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string>

namespace limn {

namespace {

// A folder that is the whole PATH, with a secret-tool of the test's own, or none.
class OnlyTool
{
public:
  explicit OnlyTool(std::string_view script) : m_path(std::getenv("PATH"))
  {
    if (!script.empty()) {
      const auto tool = m_folder.write("secret-tool", "#!/bin/sh\n" + std::string(script));
      ::chmod(tool.c_str(), 0700);
    }
    ::setenv("PATH", m_folder.path().c_str(), 1);
  }
  OnlyTool(const OnlyTool&) = delete;
  OnlyTool& operator=(const OnlyTool&) = delete;
  ~OnlyTool() { ::setenv("PATH", m_path.c_str(), 1); }

private:
  test::FreshFolder m_folder;
  std::string m_path;
};

const Pairs k_attributes{{"service", "limn"}, {"account", "work and $HOME"}};

std::string reason_for_none(std::string_view script)
{
  const OnlyTool tool(script);
  const auto key = look_up_in_keyring(k_attributes, std::chrono::milliseconds(300));
  REQUIRE(!key);
  CHECK(key.error().failure_class == FailureClass::settings);
  return key.error().message;
}

} // namespace

TEST_CASE("the keyring is asked for exactly the attributes, without a shell")
{
  const test::FreshFolder folder;
  const auto said = (folder.path() / "said").string();
  const OnlyTool tool("for word in \"$@\"; do echo \"$word\" >> " + said
                      + "; done; echo sk-from-the-keyring");
  const auto key = look_up_in_keyring(k_attributes);
  REQUIRE(key);
  CHECK(key->reveal() == "sk-from-the-keyring");
  CHECK(test::content_of(said) == "lookup\nservice\nlimn\naccount\nwork and $HOME\n");
}

TEST_CASE("a keyring that does not help says why, and shows nothing of what it said")
{
  CHECK(reason_for_none("").find("libsecret-tools") != std::string::npos);
  CHECK(reason_for_none("echo sk-half-a-secret; exit 1").find("status 1") != std::string::npos);
  CHECK(reason_for_none("exit 0").find("holds nothing") != std::string::npos);
  CHECK(reason_for_none("kill -9 $$").find("holds nothing") != std::string::npos);
  CHECK(reason_for_none("echo sk-half-a-secret; exit 1").find("sk-") == std::string::npos);
}

TEST_CASE("a keyring that waits for somebody to unlock it is not waited for for ever")
{
  CHECK(reason_for_none("while :; do :; done").find("locked") != std::string::npos);
}

TEST_CASE("a keyring that has answered and does not go is not waited for")
{
  const OnlyTool tool("echo sk-from-the-keyring; exec >&-; while :; do :; done");
  const auto key = look_up_in_keyring(k_attributes, std::chrono::milliseconds(300));
  CHECK(!key); // it was made to end, which is no success
}

TEST_CASE("an endless answer of a keyring is cut and leaves nothing running")
{
  const OnlyTool tool("while :; do echo 0123456789abcdef0123456789abcdef; done");
  const auto key = look_up_in_keyring(k_attributes, std::chrono::milliseconds(300));
  CHECK(!key);
}

} // namespace limn
