#include "engine/engine_host.hpp"
#include "fresh_folder.hpp"
#include "loop/epoll_loop.hpp"
#include "silence.hpp"

#include <doctest/doctest.h>

namespace limn {

TEST_CASE("a reload takes the new settings, and where they are faulty everything stays as it was")
{
  const test::FreshFolder folder;
  test::Silence log;
  Redactor redactor;
  const auto loop = std::move(*epoll_loop());
  EngineHostOptions options;
  options.settings_files.limn_yaml = folder.path() / "limn.yaml";
  options.settings_files.preferences = folder.path() / "preferences.yaml";
  options.has_plugins = false;
  folder.write("limn.yaml", "fallback: {allow_duplicate_charge: false}\n");
  const auto host = EngineHost::open(options, *loop, log, redactor);
  REQUIRE(host);
  auto& engine = (*host)->engine();
  const auto charge = [&] { return engine.duplicate_charge(DuplicateCharge::refused); };
  CHECK(charge() == DuplicateCharge::refused);
  folder.write("limn.yaml", "fallback: {allow_duplicate_charge: true}\n");
  CHECK(charge() == DuplicateCharge::refused); // nobody asked for a reload
  REQUIRE((*host)->reload());
  CHECK(charge() == DuplicateCharge::allowed);
  CHECK(&(*host)->engine() == &engine);
  folder.write("limn.yaml", "fallback: {allow_duplicate_charge: perhaps}\n");
  CHECK_FALSE((*host)->reload());
  CHECK(charge() == DuplicateCharge::allowed);
  CHECK((*host)->settings().allow_duplicate_charge);
}

} // namespace limn
