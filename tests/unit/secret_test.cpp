#include "base/secret.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace limn;

namespace {

constexpr std::string_view k_short =
  "sk-0123456789"; // fits into a std::string without memory of its own
constexpr std::string_view k_long = "sk-0123456789-0123456789-0123456789-0123456789";

template <typename T, typename = void>
struct CanBeShown : std::false_type {
};
template <typename T>
struct CanBeShown<T,
                  std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>>
  : std::true_type {
};

// The bytes of a Secret after `use` is done with it, which may have destroyed it.
template <typename Use>
std::string bytes_after(Use use)
{
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> storage{};
  use(storage.data());
  return {storage.begin(), storage.end()};
}

} // namespace

TEST_CASE("a secret has no way into a stream or a string")
{
  CHECK(!CanBeShown<Secret>::value);
  CHECK(!std::is_convertible_v<Secret, std::string>);
  CHECK(!std::is_convertible_v<Secret, std::string_view>);
  CHECK(!std::is_convertible_v<std::string_view, Secret>);
  CHECK(!std::is_convertible_v<const char*, Secret>);
}

TEST_CASE("a secret is copied, moved and compared by value")
{
  for (const auto value : {k_short, k_long}) {
    const Secret secret(value);
    CHECK(secret.reveal() == value);
    CHECK(!secret.empty());

    Secret copy(secret);
    CHECK((copy == secret));
    Secret moved(std::move(copy));
    CHECK(moved.reveal() == value);

    Secret assigned("another that is quite a lot longer than what comes in its place");
    assigned = secret;
    CHECK(assigned.reveal() == value);
    Secret taken;
    taken = std::move(assigned);
    CHECK(taken.reveal() == value);
    auto& same = taken;
    taken = same;
    CHECK(taken.reveal() == value);
    taken = std::move(same);
    CHECK(taken.reveal() == value);
    CHECK(!(taken == Secret("other")));
  }
  CHECK(Secret().empty());
  CHECK(Secret("").empty());
}

TEST_CASE("what a secret was moved from holds nothing")
{
  for (const auto value : {k_short, k_long}) {
    Secret from(value);
    const Secret to(std::move(from));
    CHECK(from.empty()); // NOLINT(bugprone-use-after-move)
    Secret other(value);
    Secret target("x");
    target = std::move(other);
    CHECK(other.empty()); // NOLINT(bugprone-use-after-move)
  }
}

TEST_CASE("the memory of a secret is wiped when it goes")
{
  const auto gone = bytes_after([](void* storage) {
    auto* secret = new (storage) Secret(k_short);
    secret->~Secret();
  });
  CHECK(gone.find(k_short) == std::string::npos);
  CHECK(gone.find(k_short.substr(4)) == std::string::npos);

  const auto moved = bytes_after([](void* storage) {
    auto* secret = new (storage) Secret(k_short);
    const Secret to(std::move(*secret));
    CHECK(to.reveal() == k_short);
    // Still there, so that what is seen is the work of the move. It owns no memory that would leak.
  });
  CHECK(moved.find(k_short.substr(4)) == std::string::npos);

  const auto replaced = bytes_after([](void* storage) {
    auto* secret = new (storage) Secret(k_short);
    *secret = Secret("x");
    CHECK(secret->reveal() == "x");
    secret->~Secret();
  });
  CHECK(replaced.find(k_short.substr(4)) == std::string::npos);
}

TEST_CASE("wiping a text takes all that it ever held in its memory")
{
  std::string text(k_long);
  text.resize(5); // the rest still lies behind it
  const char* memory = text.data();
  const auto capacity = text.capacity();
  wipe(text);
  CHECK(text.empty());
  REQUIRE(text.data() == memory);
  // Behind the end, but within what the string owns.
  CHECK(std::string_view(memory, capacity).find("0123") == std::string_view::npos);
  CHECK(std::string_view(memory, capacity).find("sk-") == std::string_view::npos);

  std::string nothing;
  wipe(nothing);
  CHECK(nothing.empty());
}
