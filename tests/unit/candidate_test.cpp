#include "engine/candidate.hpp"

#include <doctest/doctest.h>

using namespace limn;
using namespace std::chrono_literals;

TEST_CASE("an attempt has the time that the user said, else what its provider knows to be needed")
{
  Settings settings;
  EngineOptions options;
  Gateway gateway;
  CHECK(time_of_attempt(gateway, options, settings) == settings.timeout);
  gateway.terms.longest_attempt = 1s; // an image that is paid for is not given up earlier
  CHECK(time_of_attempt(gateway, options, settings) == settings.timeout);
  gateway.terms.longest_attempt = 1h;
  CHECK(time_of_attempt(gateway, options, settings) == 1h);
  settings.origins["timeout"] = "limn.yaml:1";
  CHECK(time_of_attempt(gateway, options, settings) == settings.timeout);
  gateway.timeout = 20s;
  CHECK(time_of_attempt(gateway, options, settings) == 20s);
  options.timeout = 30s;
  CHECK(time_of_attempt(gateway, options, settings) == 30s);
}
