#include "model/store_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_scheme = "s3://";
constexpr std::size_t k_least_bucket = 3;
constexpr std::size_t k_most_bucket = 63;
constexpr std::size_t k_most_key = 800; // of 1024; a name comes behind a prefix

bool is_small_or_digit(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_of_key(char c)
{
  return is_small_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-';
}

tl::unexpected<Failure> no_address(std::string_view text, std::string_view why)
{
  return fail(FailureClass::usage, fmt::format("{} is no address in a store: {}", text, why),
              "such as s3://pictures/fox/");
}

Done check_bucket(std::string_view text, std::string_view bucket)
{
  const bool is_one = bucket.size() >= k_least_bucket && bucket.size() <= k_most_bucket
                      && is_small_or_digit(bucket.front()) && is_small_or_digit(bucket.back())
                      && bucket.find("..") == std::string_view::npos
                      && std::ranges::all_of(bucket, [](char c) {
                           return is_small_or_digit(c) || c == '.' || c == '-';
                         });
  return is_one ? Done()
                : no_address(text, "a bucket has 3 to 63 small letters, digits, '.' and '-'");
}

} // namespace

std::string StoreAddress::text() const
{
  return fmt::format("{}{}/{}", k_scheme, bucket, key);
}

StoreAddress StoreAddress::below(std::string_view name) const
{
  const bool wants_slash = !key.empty() && !key.ends_with('/');
  return {bucket, fmt::format("{}{}{}", key, wants_slash ? "/" : "", name)};
}

bool is_store_address(std::string_view text)
{
  return text.starts_with(k_scheme);
}

Result<StoreAddress> parse_store_address(std::string_view text)
{
  if (!is_store_address(text)) {
    return no_address(text, "it begins with s3://");
  }
  const auto rest = text.substr(k_scheme.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  StoreAddress address{std::string(rest.substr(0, slash)),
                       std::string(rest.substr(std::min(slash + 1, rest.size())))};
  LIMN_TRY(check_bucket(text, address.bucket));
  if (address.key.size() > k_most_key) {
    return no_address(text, fmt::format("it is longer than {} characters", k_most_key));
  }
  for (std::string_view left = address.key; !left.empty();) {
    const auto part = left.substr(0, left.find('/'));
    left.remove_prefix(std::min(part.size() + 1, left.size()));
    if (part.empty() || part == "." || part == ".." || !std::ranges::all_of(part, is_of_key)) {
      return no_address(text, "its parts are of letters, digits, '_', '.' and '-'");
    }
  }
  return address;
}

std::string object_name(std::string_view name)
{
  std::string made;
  bool has_gap = false;
  for (const char c : name) {
    if (!is_of_key(c)) {
      has_gap = true;
      continue;
    }
    if (std::exchange(has_gap, false) && !made.empty() && made.back() != '-' && c != '-') {
      made += '-';
    } else if (c == '-' && made.ends_with('-')) {
      continue;
    }
    made += c;
  }
  made.erase(0, made.find_first_not_of(".-"));
  while (made.ends_with('-')) {
    made.pop_back();
  }
  return made.empty() ? "image" : made;
}

} // namespace limn
