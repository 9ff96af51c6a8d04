#include "http/plain_url.hpp"
#include "http/url.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace limn;

namespace {

struct Row {
  std::string_view text;
  std::string_view normal; // to_string of it; empty: refused
};

} // namespace

TEST_CASE("a URL is read as libcurl reads it")
{
  const std::vector<Row> rows{
    {"https://api.example.com/v1", "https://api.example.com/v1"},
    {"https://api.example.com", "https://api.example.com/"},
    {"https://api.example.com/", "https://api.example.com/"},
    {"HTTPS://API.Example.COM/V1", "https://api.example.com/V1"},
    {"https://api.example.com:443/v1", "https://api.example.com/v1"},
    {"https://api.example.com:0443/v1", "https://api.example.com/v1"},
    {"https://api.example.com:8443/v1", "https://api.example.com:8443/v1"},
    {"http://api.example.com:80/", "http://api.example.com/"},
    {"http://api.example.com:443/", "http://api.example.com:443/"},
    {"https://api.example.com?x=1&y=/a", "https://api.example.com/?x=1&y=/a"},
    {"https://api.example.com/v1?", "https://api.example.com/v1"},
    {"https://api.example.com/v1?u=me@there", "https://api.example.com/v1?u=me@there"},
    {"https://api.example.com/a@b/v1", "https://api.example.com/a@b/v1"},
    {"https://api.example.com/a/../b", "https://api.example.com/b"},
    {"http://[::1]:8080/v1", "http://[::1]:8080/v1"},
    {"http://[2001:DB8::1]/v1", "http://[2001:db8::1]/v1"},
    {"http://[fe80::1%25eth0]/v1", "http://[fe80::1%25eth0]/v1"},
    {"http://127.1/", "http://127.0.0.1/"},
    {"http://0x7f.1/", "http://127.0.0.1/"},
    {"http://2130706433/", "http://127.0.0.1/"},
    {"http://127.0.0.1.evil.example/", "http://127.0.0.1.evil.example/"},
    // Hosts that other parsers might see elsewhere
    {"https://user@host.example/", ""},
    {"https://user:pass@host.example/", ""},
    {"https://:pass@host.example/", ""},
    {"https://@host.example/", ""},
    {"https://:@host.example/", ""},
    {"https://good.example:443@evil.example/", ""},
    {"https://good.example\\@evil.example/", ""},
    {"https://evil.example\\.good.example/", ""},
    {"https://evil.example%2f.good.example/", ""},
    {"https://evil.example%00.good.example/", ""},
    {"https://evil.example%40good.example/", ""},
    {"https://good%252eexample/", ""},
    {"https://ex%61mple.com/", ""},
    {"http://127%2e1/", ""},
    {"https:///v1", ""},
    {"https:/host.example/v1", ""},
    {"https:host.example/v1", ""},
    {"//host.example/v1", ""},
    {"/v1", ""},
    // No web addresses
    {"", ""},
    {"api.example.com/v1", ""},
    {"localhost:8080/v1", ""},
    {"javascript:alert(1)", ""},
    {"javascript://host.example/%0aalert(1)", ""},
    {"file:///etc/passwd", ""},
    {"ftp://host.example/", ""},
    {"gopher://host.example/", ""},
    {"https://", ""},
    {"https://?x", ""},
    {"https://[::1", ""},
    {"https://[zz]/", ""},
    {"https://[fe80::1%25a\\b]/", ""},
    // Ports
    {"https://host.example:65536/", ""},
    {"https://host.example:-1/", ""},
    {"https://host.example:80:90/", ""},
    {"https://host.example:http/", ""},
    // Fragments, blanks, control characters
    {"https://host.example/v1#x", ""},
    {"https://host example/", ""},
    {" https://host.example/", ""},
    {"https://host.example/v1 ", ""},
    {"https://host.example/\tv1", ""},
    {"https://host.example/\r\nX-Header: 1", ""},
    {"https://host.example/\x7f", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto url = parse_url(row.text);
    CHECK(url.has_value() == !row.normal.empty());
    if (url) {
      CHECK(to_string(*url) == row.normal);
      const auto again = parse_url(to_string(*url));
      REQUIRE(again.has_value());
      CHECK((*again == *url));
    }
    if (!url) {
      CHECK(url.error().failure_class == FailureClass::settings);
    }
  }
}

TEST_CASE("addresses of gateways as they are usually written need no libcurl to be read")
{
  for (const std::string_view text :
       {"https://api.openai.com/v1", "https://api.example.com",
        "https://xn--bcher-kva.example:8443/", "http://localhost:4000/v1/",
        "http://127.0.0.1:8080/a-b/v1.5/~me//x", "http://a:1/B_c"}) {
    CAPTURE(text);
    CHECK(read_plain_url(text).has_value());
  }
}

TEST_CASE("what has another form is left to libcurl")
{
  for (const std::string_view text : {"",
                                      "https",
                                      "https:",
                                      "https:/",
                                      "https://",
                                      "https:///v1",
                                      "HTTPS://a/",
                                      "https://A/",
                                      "ftp://a/",
                                      "https://1a/",
                                      "https://127.1/",
                                      "https://0x7f.1/",
                                      "https://127.0.0.01/",
                                      "https://127.0.0.256/",
                                      "https://127.0.0.1./",
                                      "https://a./",
                                      "https://a..b/",
                                      "https://-a/",
                                      "https://a_b/",
                                      "https://[::1]/",
                                      "https://a:/",
                                      "https://a:0/",
                                      "https://a:080/",
                                      "https://a:65536/",
                                      "https://a:8x/",
                                      "https://a:1:2/",
                                      "https://u@a/",
                                      "https://a/.",
                                      "https://a/../b",
                                      "https://a/.b",
                                      "https://a/%41",
                                      "https://a/b?c",
                                      "https://a/b#c",
                                      "https://a?b",
                                      "https://a#b",
                                      "https://a\\b/",
                                      "https://a/b c"}) {
    CAPTURE(text);
    CHECK(!read_plain_url(text).has_value());
  }
}

TEST_CASE("a plain URL is to libcurl what it is to us: short ones all, longer ones at random")
{
  constexpr std::string_view pieces = "az019-._~:/@%\\?#[]A& \x01\xc3";
  int plain = 0;
  const auto check = [&](const std::string& text) {
    const auto ours = read_plain_url(text);
    if (!ours) {
      return;
    }
    const auto libcurls = read_url_by_libcurl(text);
    const bool is_same = libcurls.has_value() && *libcurls == *ours;
    CHECK_MESSAGE(is_same, text);
    ++plain;
  };
  const std::array<std::string, 4> starts{"http://", "https://", "http://a", "https://a.b:1/"};
  for (const auto& start : starts) {
    std::array<std::size_t, 4> at{};
    for (bool goes_on = true; goes_on;) {
      std::string text = start;
      for (const auto i : at) {
        text += i == 0 ? std::string() : std::string(1, pieces[i - 1]);
      }
      check(text);
      goes_on = false;
      for (auto& i : at) {
        i = i == pieces.size() ? 0 : i + 1;
        goes_on = goes_on || i != 0;
        if (i != 0) {
          break;
        }
      }
    }
  }
  std::mt19937 random(std::random_device{}());
  constexpr std::array<std::string_view, 28> words{
    "api",  "example", "com",   ".", ".", ".",    "-",  ":",        "443", "80",
    "8080", "65535",   "65536", "/", "/", "/",    "v1", "127",      "0",   "0x7f",
    "255",  "256",     "00",    "_", "~", "xn--", "..", "localhost"};
  for (int i = 0; i < 300'000; ++i) {
    std::string text = random() % 2 == 0 ? "https://" : "http://";
    for (auto left = random() % 12; left > 0; --left) {
      text += words[random() % words.size()];
    }
    check(text);
  }
  CHECK(plain > 30'000);
}

TEST_CASE("a URL has its parts in one form")
{
  const auto url = parse_url("HTTPS://API.example.com/v1/x?a=b");
  REQUIRE(url.has_value());
  CHECK(url->scheme == "https");
  CHECK(url->host == "api.example.com");
  CHECK(url->port == "443");
  CHECK(url->path == "/v1/x");
  CHECK(url->query == "a=b");
  CHECK(url->origin() == "https://api.example.com:443");
}

TEST_CASE("origins differ by scheme, host and port")
{
  const auto origin = [](const char* text) { return parse_url(text).value().origin(); };
  const auto mine = origin("https://a.example/v1");
  CHECK(mine == origin("https://A.example:443/other?x"));
  CHECK(mine != origin("http://a.example:443/v1"));
  CHECK(mine != origin("https://a.example:444/v1"));
  CHECK(mine != origin("https://a.example.evil.example/v1"));
  CHECK(origin("http://[fe80::1%25eth0]/") != origin("http://[fe80::1%25eth1]/"));
}

TEST_CASE("a URL that is too long is refused, and one with a NUL in it")
{
  CHECK(!parse_url("https://host.example/" + std::string(8192, 'a')));
  CHECK(!parse_url(std::string_view("https://good.example\0.evil.example/", 35)));
}

TEST_CASE("what is wrong with a URL is told without the URL, which may carry a password")
{
  for (const std::string_view text :
       {"https://me:hunter2@host.example/", "me:hunter2@host.example", "ftp://me:hunter2@host/",
        "https://me:hunter2@ho st/", "https://host.example/#hunter2"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE(!url);
    CHECK(url.error().message.find("hunter2") == std::string::npos);
    CHECK(url.error().hint.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("loopback is localhost and literal loopback addresses")
{
  for (const std::string_view text :
       {"http://localhost/", "http://LOCALHOST:8080/v1", "http://gw.localhost/",
        "http://127.0.0.1/", "http://127.255.0.3:1/", "http://127.1/", "http://0x7f.1/",
        "http://2130706433/", "http://[::1]/"}) {
    CAPTURE(text);
    CHECK(is_loopback(parse_url(text).value()));
  }
}

TEST_CASE("what only looks like loopback is none")
{
  for (const std::string_view text :
       {"http://127.0.0.1.evil.example/", "http://127.evil.example/",
        "http://localhost.evil.example/", "http://evillocalhost/", "http://127.0.0.1./",
        "http://127.0.0.256/", "http://127.0.0.1.2/", "http://127..1/", "http://128.0.0.1/",
        "http://10.0.0.1/", "http://0.0.0.0/", "http://192.168.127.1/", "http://[::2]/",
        "http://[::1%25eth0]/", "http://[fe80::1]/", "http://evil.example/127.0.0.1"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    CHECK((!url || !is_loopback(*url))); // a later libcurl may refuse some of them
  }
}

TEST_CASE("a reference is read as browsers read it")
{
  const std::string base = "https://host.example/v1";
  const std::pair<std::string, std::string> rows[] = {
    {"https://cdn.example/a.png", "https://cdn.example/a.png"},
    {"HTTPS://CDN.example/A.png", "https://cdn.example/A.png"},
    {"//cdn.example/a.png", "https://cdn.example/a.png"},
    {"/a.png", "https://host.example/a.png"},
    {"a.png", "https://host.example/a.png"},
    {"../a.png", "https://host.example/a.png"},
    {" /a b.png\n", "https://host.example/a%20b.png"},
    {"/a\r\nb.png", "https://host.example/ab.png"},
    {"/a%20b.png", "https://host.example/a%20b.png"},
    {"\\files\\a.png", "https://host.example/files/a.png"},
    {"https:\\\\cdn.example\\a.png", "https://cdn.example/a.png"},
    {"/a.png?x=1\\2#here", "https://host.example/a.png?x=1\\2"},
    {"https://cdn.example/\xC3\xA9.png#x", "https://cdn.example/%C3%A9.png"},
    {"https://host.example\\@evil.example/a.png", "https://host.example/@evil.example/a.png"},
    // None
    {"", ""},
    {"  ", ""},
    {"https://user:password@host.example/a.png", ""},
    {"ftp://host.example/a.png", ""},
    {"https://cdn .example/a.png", ""},
  };
  for (const auto& row : rows) {
    const auto& text = row.first;
    const auto& meaning = row.second;
    CAPTURE(text);
    CHECK(resolved_url(base, text).value_or("") == meaning);
  }
}
