#include "base/nearest.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace limn;

namespace {

constexpr std::array<std::string_view, 6> k_known{"provider_ids", "providers", "base_url",
                                                  "directory",    "model",     "n"};

} // namespace

TEST_CASE("nearest finds the name that was meant, and none where there is none")
{
  struct Row {
    std::string_view word;
    std::string_view nearest; // empty: none
  };
  for (const auto& row : {
         Row{"providers", "providers"},
         Row{"provider", "providers"},
         Row{"PROVIDERS", "providers"},
         Row{"provdiers", "providers"},
         Row{"modle", "model"},
         Row{"base-url", "base_url"},
         Row{"url", "base_url"},
         Row{"dir", "directory"},
         Row{"colour", ""},
         Row{"zzz", ""},
         Row{"", ""},
         Row{"x", ""},
       }) {
    CAPTURE(row.word);
    const auto found = nearest(row.word, k_known);
    CHECK(found.value_or("") == row.nearest);
  }
}

TEST_CASE("the nearest ones come in the order of their distance, and no more than are wanted")
{
  constexpr std::array<std::string_view, 5> models{"gpt-5", "gpt-image-1", "gpt-image-1-mini",
                                                   "gpt-image-2", "flux-pro"};
  using Names = std::vector<std::string_view>;
  CHECK(nearest_ones("gpt-image2", models, 3) == Names{"gpt-image-2", "gpt-image-1"});
  CHECK(nearest_ones("gpt-image2", models, 1) == Names{"gpt-image-2"});
  CHECK(nearest_ones("GPT-IMAGE-2", models, 1) == Names{"gpt-image-2"});
  CHECK(nearest_ones("stable-diffusion", models, 3).empty());
  CHECK(nearest_ones("", models, 3).empty());
  CHECK(nearest_ones(std::string(1'000'000, 'p'), models, 3).empty());
}

TEST_CASE("nearest does not work through a word of any length")
{
  CHECK_FALSE(nearest(std::string(1'000'000, 'p'), k_known));
}

TEST_CASE("a message names the nearest word, or else all there are")
{
  constexpr std::array<std::string_view, 3> known{"env", "limn", "config_yaml"};
  CHECK(did_you_mean("evn", known) == ": did you mean 'env'?");
  CHECK(did_you_mean("somewhere", known) == ": known are env, limn and config_yaml");
}
