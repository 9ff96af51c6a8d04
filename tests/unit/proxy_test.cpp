#include "http/proxy.hpp"

#include <doctest/doctest.h>

using namespace limn;

TEST_CASE("a proxy without a port has the one that libcurl connects to")
{
  CHECK(proxy_port("proxy.example") == "1080");
  CHECK(proxy_port("http://proxy.example") == "1080");
  CHECK(proxy_port("socks5h://proxy.example") == "1080");
  CHECK(proxy_port("https://proxy.example") == "443");
  CHECK(proxy_port("HTTPS://walter:secret@proxy.example/") == "443");
  CHECK(proxy_port("https://proxy.example:3128") == "3128");
  CHECK(proxy_port("http://[::1]:8080") == "8080");
}
