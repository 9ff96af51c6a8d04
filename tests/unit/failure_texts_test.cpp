#include "base/failure.hpp"
#include "base/failure_texts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

using limn::FailureClass;

namespace {

std::vector<FailureClass> all_classes()
{
  std::vector<FailureClass> all;
  for (int i = 1; limn::failure_class_from(limn::to_string(static_cast<FailureClass>(i)))
                  == static_cast<FailureClass>(i);
       ++i) {
    all.push_back(static_cast<FailureClass>(i));
  }
  return all;
}

// The documents of commands and settings, the command line itself, and what the transport knows of
// the environment.
std::string what_there_is()
{
  std::string all;
  for (const auto* name : {"docs/commands.md", "docs/limn-yaml.md", "host/cli/command_line.cpp",
                           "core/http/transfer_failure.cpp"}) {
    std::ifstream file(std::filesystem::path(LIMN_SOURCE_DIR) / name);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

std::vector<std::string> matches(const std::string& text, const char* expression)
{
  const std::regex pattern(expression);
  std::vector<std::string> found;
  for (auto i = std::sregex_iterator(text.begin(), text.end(), pattern);
       i != std::sregex_iterator(); ++i) {
    found.push_back((*i)[1]);
  }
  return found;
}

std::string both_texts(FailureClass failure_class)
{
  return std::string(limn::what_happened(failure_class))
    .append(" ")
    .append(limn::default_hint(failure_class));
}

} // namespace

TEST_CASE("every class says what happened and what to do, each in one sentence of its own")
{
  std::set<std::string_view> seen;
  for (const auto failure_class : all_classes()) {
    INFO(to_string(failure_class));
    for (const auto text :
         {limn::what_happened(failure_class), limn::default_hint(failure_class)}) {
      CHECK(seen.insert(text).second); // also: none is only the stand-in for `internal`
      CHECK(text.ends_with('.'));
      CHECK(text.find(". ") == std::string_view::npos);
      CHECK(text.size() < 300);
      CHECK((std::isupper(static_cast<unsigned char>(text.front())) || text.starts_with("limn ")));
    }
  }
  CHECK(seen.size() == 2 * all_classes().size());
  CHECK(all_classes().back() == FailureClass::unclear);
}

TEST_CASE("every command, option and variable that a hint names exists")
{
  const auto known = what_there_is();
  REQUIRE(known.size() > 10'000);
  int count = 0;
  for (const auto failure_class : all_classes()) {
    const auto texts = both_texts(failure_class);
    for (const auto* expression :
         {"`limn ([a-z]+)", "(--[a-z][a-z-]+)", "`(-[a-z]) ", "\\b([A-Z]{2,}_[A-Z_]+)\\b"}) {
      for (const auto& name : matches(texts, expression)) {
        INFO(to_string(failure_class) << ": " << name);
        CHECK(known.find(name) != std::string::npos);
        ++count;
      }
    }
  }
  CHECK(count > 10);
}

TEST_CASE("no text promises what is not so after such a failure")
{
  for (const auto failure_class : all_classes()) {
    const auto texts = both_texts(failure_class);
    INFO(to_string(failure_class));
    CHECK(texts.find("insecure") == std::string::npos); // nothing leads past the check
    CHECK(texts.find("-k ") == std::string::npos);
    CHECK(texts.find("http://") == std::string::npos);
    // That nothing was drawn is said only where nothing can have been.
    const bool may_be_charged =
      failure_class == FailureClass::outcome_unknown || failure_class == FailureClass::no_image
      || failure_class == FailureClass::bad_image || failure_class == FailureClass::cancelled;
    CHECK((!may_be_charged || texts.find("charged") != std::string::npos));
    CHECK((!may_be_charged || texts.find("nothing was drawn") == std::string::npos));
    // No size is good with every gateway: the one that was refused may be just that.
    CHECK(texts.find("1024x1024") == std::string::npos);
  }
  CHECK(limn::default_hint(FailureClass::tls).find("never skipped") != std::string_view::npos);
}
