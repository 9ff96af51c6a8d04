#include "http/address.hpp"
#include "http/known_addresses.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <string>

using namespace limn;

namespace {

bool is_public_literal(const std::string& text)
{
  sockaddr_storage storage{};
  if (text.find(':') == std::string::npos) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(443);
    REQUIRE(::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1);
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(443);
    REQUIRE(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1);
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return is_public(reinterpret_cast<const sockaddr&>(storage));
}

} // namespace

TEST_CASE("addresses of the public internet are public")
{
  for (const std::string text : {
         "1.1.1.1",
         "8.8.8.8",
         "9.255.255.255",
         "11.0.0.0",
         "100.63.255.255",
         "100.128.0.0",
         "126.255.255.255",
         "128.0.0.0",
         "169.253.255.255",
         "169.255.0.0",
         "172.15.255.255",
         "172.32.0.0",
         "192.0.1.0",
         "192.0.3.0",
         "192.167.255.255",
         "192.169.0.0",
         "198.17.255.255",
         "198.18.0.0", // VPN clients hand these out for public names
         "198.19.255.255",
         "198.20.0.0",
         "198.51.99.255",
         "198.51.101.0",
         "203.0.112.255",
         "203.0.114.0",
         "223.255.255.255",
         "2606:4700:4700::1111",
         "2a00:1450:4001:80b::200e",
         "2001:200::1",
         "2001:4860:4860::8888",
         "2001:db7:ffff::1",
         "2001:db9::1",
         "3ffe::1",
         "3fff:1000::1",
         "2003::1",
         "::ffff:8.8.8.8",   // mapped
         "64:ff9b::8.8.8.8", // NAT64
         "2002:808:808::1",  // 6to4 of 8.8.8.8
       }) {
    CAPTURE(text);
    CHECK(is_public_literal(text));
  }
}

TEST_CASE("special addresses are not public")
{
  for (const std::string text : {
         "0.0.0.0",
         "0.255.255.255",
         "10.0.0.0",
         "10.255.255.255",
         "100.64.0.0",
         "100.127.255.255",
         "127.0.0.1",
         "127.255.255.255",
         "169.254.0.0",
         "169.254.169.254",
         "169.254.255.255",
         "172.16.0.0",
         "172.31.255.255",
         "192.0.0.0",
         "192.0.0.192",
         "192.0.2.1",
         "192.88.99.1",
         "192.168.0.0",
         "192.168.255.255",
         "198.51.100.1",
         "203.0.113.255",
         "224.0.0.1",
         "239.255.255.255",
         "240.0.0.0",
         "255.255.255.254",
         "255.255.255.255",
         "::",
         "::1",
         "::2",
         "fe80::1",
         "febf::1",
         "fec0::1",
         "fc00::1",
         "fd12:3456::1",
         "ff02::1",
         "100::1",
         "2001::1",
         "2001:1ff::1",
         "2001:db8::1",
         "2001:db8:ffff::1",
         "3fff::1",
         "3fff:fff::1",
         "4000::1",
         "5f00::1",
         "1fff::1",
       }) {
    CAPTURE(text);
    CHECK(!is_public_literal(text));
  }
}

TEST_CASE("a special address is not public for being wrapped into IPv6")
{
  for (const std::string text : {
         "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
         "64:ff9b::127.0.0.1", "64:ff9b::192.168.0.1", "64:ff9b::a9fe:a9fe",
         "64:ff9b:1::8.8.8.8", // local-use NAT64
         "64:ff9b::1:808:808", // not within the /96
         "2002:7f00:1::1", "2002:a00:1::1", "2002:a9fe:a9fe::1", "2002:c0a8:1::1", "::127.0.0.1",
         "::8.8.8.8",        // IPv4-compatible, deprecated
         "::ffff:0:8.8.8.8", // IPv4-translated
       }) {
    CAPTURE(text);
    CHECK(!is_public_literal(text));
  }
}

TEST_CASE("what is neither IPv4 nor IPv6 is not public")
{
  sockaddr_storage storage{};
  for (const int family : {AF_UNSPEC, AF_UNIX}) {
    storage.ss_family = static_cast<sa_family_t>(family);
    CHECK(!is_public(reinterpret_cast<const sockaddr&>(storage)));
  }
}

TEST_CASE("a host is known at the addresses where it was found, and no other is")
{
  const auto at = [](const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, text, &address.sin_addr) == 1);
    return address;
  };
  const auto has = [](const KnownAddresses& known, const char* host, const sockaddr_in& address) {
    return known.has(host, reinterpret_cast<const sockaddr&>(address));
  };
  KnownAddresses known;
  known.add("nas.lan", "192.168.0.7");
  CHECK(has(known, "nas.lan", at("192.168.0.7")));
  CHECK_FALSE(has(known, "nas.lan", at("192.168.0.8"))); // a name that means something else now
  CHECK_FALSE(has(known, "gateway.example", at("192.168.0.7")));
}
