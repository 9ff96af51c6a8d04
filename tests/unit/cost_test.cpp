#include "model/cost.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace limn;
using Basis = Cost::Basis;

TEST_CASE("dollars are read exactly, and nothing else is read as dollars")
{
  struct Row {
    std::string_view text;
    std::optional<NanoUsd> amount;
  };
  const Row rows[] = {
    {"0", 0},
    {"0.0", 0},
    {"5", 5 * k_usd},
    {"2.50", 2'500'000'000},
    {".5", 500'000'000},
    {"5.", 5 * k_usd},
    {"0.1", 100'000'000},
    {"0.000000001", 1},
    {"0.0000000010", 1},
    {"4e-05", 40'000},
    {"4E+1", 40 * k_usd},
    {"1.5e-9", 2},
    {"0.0000000001", 1},
    {"1e-99", 1},
    {"0e-99", 0},
    {"0.038725000000000004", 38'725'001},
    {"1000000", 1'000'000 * k_usd},
    {"1000000.000000001", {}},
    {"1000000.0000000001", {}},
    {"1e6", 1'000'000 * k_usd},
    {"1e7", {}},
    {"0e99", 0},
    {"99999999999999999999999999", {}},
    {"", {}},
    {".", {}},
    {"e5", {}},
    {"-1", {}},
    {"+1", {}},
    {"1.2.3", {}},
    {"1,5", {}},
    {" 1", {}},
    {"1 ", {}},
    {"$1", {}},
    {"1e", {}},
    {"1e+-5", {}},
    {"1e999999999999", {}},
    {"1e101", {}},
    {"nan", {}},
    {"0x10", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_usd(row.text) == row.amount);
  }
}

TEST_CASE("amounts are printed exactly for programs, and short for people")
{
  struct Row {
    NanoUsd amount;
    std::string_view exact;
    std::string_view json;
    std::string_view text;
  };
  const Row rows[] = {
    {0, "0", "0", "$0.00"},
    {1, "0.000000001", "0", "$0.000000001"},
    {499, "0.000000499", "0", "$0.000000499"},
    {500, "0.0000005", "0.000001", "$0.0000005"},
    {5'880'000, "0.00588", "0.00588", "$0.00588"},
    {52'680'000, "0.05268", "0.05268", "$0.0527"},
    {53'000'000, "0.053", "0.053", "$0.053"},
    {99'960'000, "0.09996", "0.09996", "$0.10"},
    {210'720'000, "0.21072", "0.21072", "$0.211"},
    {999'499'999, "0.999499999", "0.9995", "$0.999"},
    {999'500'000, "0.9995", "0.9995", "$1.00"},
    {1'234'567'890, "1.23456789", "1.234568", "$1.23"},
    {12'400'000'000, "12.4", "12.4", "$12.40"},
    {12'345'000'000, "12.345", "12.345", "$12.35"},
    {1'234'567'800'000, "1234.5678", "1234.5678", "$1234.57"},
    {std::numeric_limits<NanoUsd>::max(), "9223372036.854775807", "9223372036.854775",
     "$9223372036.85"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.amount);
    CHECK(usd_decimal(row.amount) == row.exact);
    CHECK(usd_json(row.amount) == row.json);
    CHECK(usd_text(row.amount) == row.text);
  }
}

TEST_CASE("a sum is as sure as the least sure of its parts")
{
  struct Row {
    std::vector<Cost> parts;
    Cost sum;
  };
  const Row rows[] = {
    {{}, {Basis::usage, 0}},
    {{{Basis::usage, 5}, {Basis::usage, 7}}, {Basis::usage, 12}},
    {{{Basis::usage, 5}, {Basis::estimate, 7}}, {Basis::estimate, 12}},
    {{{Basis::estimate, 5}, {Basis::usage, 7}}, {Basis::estimate, 12}},
    {{{Basis::bound, 5}, {Basis::estimate, 7}, {Basis::usage, 1}}, {Basis::bound, 13}},
    {{{Basis::usage, 5}, {Basis::unknown, 0}, {Basis::bound, 2}}, {Basis::unknown, 7}},
    {{{Basis::usage, std::numeric_limits<NanoUsd>::max() - 1}, {Basis::usage, 2}},
     {Basis::usage, std::numeric_limits<NanoUsd>::max()}},
  };
  for (const auto& row : rows) {
    Cost sum;
    for (const auto& part : row.parts) {
      sum += part;
    }
    CHECK(sum == row.sum);
    CHECK(sum.is_known() == (row.sum.basis != Basis::unknown));
  }
  CHECK(Cost{Basis::usage, 1} + Cost{Basis::estimate, 2} == Cost{Basis::estimate, 3});
}

TEST_CASE("what is not from the bill is always said to be an estimate")
{
  struct Row {
    Cost cost;
    std::string_view text;
    std::string_view basis;
  };
  const Row rows[] = {
    {{Basis::usage, 52'680'000}, "$0.0527", "usage"},
    {{Basis::estimate, 52'680'000}, "about $0.0527 (estimate)", "estimate"},
    {{Basis::bound, 210'720'000}, "at most $0.211 (estimate)", "bound"},
    {{Basis::unknown, 0}, "unknown cost", "unknown"},
    {{Basis::unknown, 52'680'000}, "at least $0.0527 (the rest is unknown)", "unknown"},
  };
  for (const auto& row : rows) {
    CHECK(cost_text(row.cost) == row.text);
    CHECK(to_string(row.cost.basis) == row.basis);
  }
}
