#include "model/limits.hpp"

#include <doctest/doctest.h>

using namespace limn;

TEST_CASE("sizes are read with and without a unit, and nothing else is")
{
  struct Row {
    std::string_view text;
    long long bytes; // -1: refused
  };
  for (const auto& row : {
         Row{"0", 0},
         Row{"1000", 1000},
         Row{"256KiB", 256 * 1024},
         Row{"16MiB", 16 * 1024 * 1024},
         Row{"2GiB", 2LL << 30},
         Row{"1024GiB", 1LL << 40},
         Row{"1025GiB", -1},
         Row{"99999999999999999999", -1},
         Row{"17179869184GiB", -1}, // whose bytes would wrap around to none
         Row{"", -1},
         Row{"MiB", -1},
         Row{"1.5MiB", -1},
         Row{"1 MiB", -1},
         Row{"1MB", -1},
         Row{"1mib", -1},
         Row{"-1", -1},
         Row{"+1", -1},
         Row{" 1", -1},
         Row{"0x10", -1},
       }) {
    CAPTURE(row.text);
    const auto size = parse_byte_size(row.text);
    CHECK((size ? static_cast<long long>(*size) : -1) == row.bytes);
  }
}

TEST_CASE("a shown size is in the largest unit that fits, and reads back as the same")
{
  for (const std::uint64_t size : {0ULL, 1ULL, 1023ULL, 1024ULL, 1025ULL, 1ULL << 20, 3ULL << 30}) {
    CHECK(parse_byte_size(byte_size_text(size)) == size);
  }
  CHECK(byte_size_text(256 * 1024) == "256KiB");
  CHECK(byte_size_text(1ULL << 30) == "1GiB");
  CHECK(byte_size_text(1536) == "1536");
}
