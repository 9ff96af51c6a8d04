#include "gateways/pasted_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace limn;

TEST_CASE("a pasted key is what is left without what was copied along")
{
  constexpr std::string_view k_key = "sk-a1.B2_c3/d4+e5==";
  const std::string key(k_key);
  const std::string pasted[] = {
    key,
    key + "\n",
    " \t" + key + " \r\n",
    "\"" + key + "\"",
    "'" + key + "'\n",
    "`" + key + "`",
    "\xe2\x80\x9c" + key + "\xe2\x80\x9d",
    "\xe2\x80\x98" + key + "\xe2\x80\x99",
    "\"'" + key + "'\"",
    "Bearer " + key,
    "bearer  " + key,
    "\"Bearer " + key + "\"",
    "Authorization: Bearer " + key + "\n",
    "\xef\xbb\xbf" + key,
    "\xe2\x80\x8b" + key + "\xe2\x80\x8b",
    key + "\xc2\xa0",
    "\xe2\x81\xa0\xe2\x80\x8d" + key + "\xc2\xad\n",
  };
  for (const auto& text : pasted) {
    CAPTURE(text);
    CHECK(bare_key(text) == k_key);
    CHECK(fault_of_key(bare_key(text)).empty());
  }
  for (const std::string_view kept : {"Bearer", "bearersk-1", "\"", "'a", "a\"b\"c", ""}) {
    CHECK(bare_key(kept) == kept);
  }
  CHECK(bare_key("\"\"").empty());
  CHECK(bare_text("Bearer x") == "Bearer x");
}

TEST_CASE("a key that cannot be sent has a reason, which holds nothing of it")
{
  for (const std::string_view key : {"sk-\xe2\x80\x8bhidden", "sk-\xd0\xb0hidden", "sk hidden",
                                     "sk-\nhidden", "sk-\x7fhidden", "sk-\x01hidden"}) {
    CAPTURE(key);
    CHECK(!fault_of_key(key).empty());
    CHECK(fault_of_key(key).find("hidden") == std::string_view::npos);
  }
  CHECK(fault_of_key("sk-~!").empty());
  CHECK(fault_of_key("").empty());
}
