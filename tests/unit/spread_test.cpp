#include "engine/spread.hpp"

#include <doctest/doctest.h>

#include <vector>

using limn::GatewayLoad;
using limn::least_loaded;

TEST_CASE("a job begins where there is least to do for what may be done")
{
  struct Row {
    std::vector<GatewayLoad> loads;
    std::size_t turn;
    std::size_t first;
  };
  const Row rows[] = {
    {{{}, {}, {}}, 0, 0},
    {{{}, {}, {}}, 1, 1},
    {{{}, {}, {}}, 5, 2},
    {{{1, {}}, {0, {}}}, 0, 1},
    {{{2, {}}, {1, {}}, {3, {}}}, 2, 1},
    {{{2, {10, 0}}, {1, {2, 0}}}, 1, 0},         // a fifth against a half
    {{{2, {10, 2}}, {1, {10, 0}}}, 0, 1},        // the tighter limit counts
    {{{4, {}}, {3, {8, 0}}}, 0, 1},              // no limit: as the largest
    {{{2, {}}, {1, {2, 0}}, {7, {8, 0}}}, 1, 0}, // 2 of 8, 1 of 2, 7 of 8
    {{{0, {}, true}, {9, {}, false}}, 0, 1},     // no pause
    {{{1, {}, true}, {0, {}, true}}, 0, 1},      // all in a pause
  };
  for (const auto& row : rows) {
    CAPTURE(&row - rows);
    CHECK(least_loaded(row.loads, row.turn) == row.first);
  }
}

TEST_CASE(
  "a job is at a gateway while it lives, and at one of the same URL with another key is not")
{
  limn::Spread spread;
  limn::Gateway one;
  one.base_url = "https://gw.example/v1";
  one.key = limn::Secret("first");
  one.id = gateway_id(one);
  auto other = one;
  other.key = limn::Secret("second");
  other.id = gateway_id(other);
  auto first = spread.enter(one);
  const auto second = spread.enter(one);
  CHECK(spread.jobs(one) == 2);
  CHECK(spread.jobs(other) == 0);
  first.reset();
  CHECK(spread.jobs(one) == 1);
}
