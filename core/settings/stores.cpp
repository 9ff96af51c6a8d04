#include "settings/stores.hpp"

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "model/store_address.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::string_view k_store_example =
  "a map, such as {endpoint: https://minio.example:9000, access_key_env: STORE_ID, "
  "secret_key_env: STORE_SECRET}";

constexpr std::array<std::string_view, 11> k_store_keys{
  "buckets",         "endpoint",       "region",         "addressing",
  "allow_plaintext", "access_key",     "access_key_env", "access_key_file",
  "secret_key",      "secret_key_env", "secret_key_file"};

Result<std::string> read_bucket(const Value& value)
{
  constexpr std::string_view k_wanted = "the name of a bucket, such as pictures";
  LIMN_TRY_ASSIGN(auto name, read_text(value, k_wanted));
  const auto address = parse_store_address("s3://" + name);
  return address && address->bucket == name ? Result<std::string>(std::move(name))
                                            : value.expected(k_wanted);
}

// Never quoted, since people paste keys into URLs.
Done read_endpoint(const Value& value, StoreSettings& store)
{
  constexpr std::string_view k_wanted =
    "an http or https URL without a path, such as https://minio.example:9000";
  LIMN_TRY_ASSIGN(auto url, read_text(value, k_wanted, Quote::no));
  const auto scheme = url.find("://");
  const auto name = ascii_lower(std::string_view(url).substr(0, std::min(scheme, url.size())));
  if (scheme == std::string::npos || (name != "http" && name != "https")) {
    return value.expected(k_wanted, Quote::no);
  }
  if (url.find('@') != std::string::npos) {
    return value.failure("a user or a password in the URL: put them into access_key_env and "
                         "secret_key_env");
  }
  while (url.ends_with('/')) {
    url.pop_back();
  }
  if (url.find_first_of("/?# ", scheme + 3) != std::string::npos || url.size() <= scheme + 3) {
    return value.expected(k_wanted, Quote::no);
  }
  store.endpoint = std::move(url);
  return {};
}

Done read_region(const Value& value, StoreSettings& store)
{
  constexpr std::string_view k_wanted = "a region, such as eu-central-1";
  LIMN_TRY_ASSIGN(store.region, read_text(value, k_wanted));
  const bool is_one = !store.region.empty() && std::ranges::all_of(store.region, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  return is_one ? Done() : value.expected(k_wanted);
}

Done read_addressing(const Value& value, StoreSettings& store)
{
  constexpr std::string_view k_wanted = "path or host";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  if (text != "path" && text != "host") {
    return value.expected(k_wanted);
  }
  store.addressing =
    text == "host" ? StoreSettings::Addressing::host : StoreSettings::Addressing::path;
  return {};
}

// Not quoted: it may be the key itself.
Done read_variable(const Value& value, std::string& variable)
{
  constexpr std::string_view k_wanted =
    "the name of a variable of the environment, such as STORE_SECRET";
  LIMN_TRY_ASSIGN(variable, read_text(value, k_wanted, Quote::no));
  const bool is_one = !variable.empty() && std::ranges::all_of(variable, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }) && (variable.front() < '0' || variable.front() > '9');
  return is_one ? Done() : value.expected(k_wanted, Quote::no);
}

Done read_secret(std::string_view name, const Value& value, SecretPlace& place)
{
  if (place.is_said()) {
    return value.key_failure("a key of a store stands in one place: as it is, in a variable "
                             "(_env), or in a file (_file)");
  }
  if (name.ends_with("_env")) {
    return read_variable(value, place.env);
  }
  if (name.ends_with("_file")) {
    LIMN_TRY_ASSIGN(place.file,
                    read_path(value, "an absolute path, such as ~/.secrets/store", Quote::no));
    return {};
  }
  constexpr std::string_view k_wanted = "a key, or ${NAME} for a variable of the environment";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted, Quote::no));
  const bool is_one = !text.empty() && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) <= '~';
  });
  if (!is_one) {
    return value.expected(k_wanted, Quote::no);
  }
  place.text = Secret(text);
  return {};
}

Done read_store_key(std::string_view name, const Value& value, StoreSettings& store)
{
  if (name == "buckets") {
    LIMN_TRY_ASSIGN(store.buckets, read_list(value, "a list of buckets, such as [pictures]",
                                             read_bucket, Empty::refused));
    return {};
  }
  if (name == "endpoint") {
    return read_endpoint(value, store);
  }
  if (name == "region") {
    return read_region(value, store);
  }
  if (name == "addressing") {
    return read_addressing(value, store);
  }
  if (name == "allow_plaintext") {
    LIMN_TRY_ASSIGN(store.allow_plaintext, read_flag(value));
    return {};
  }
  return read_secret(name, value,
                     name.starts_with("access_key") ? store.access_key : store.secret_key);
}

Result<StoreSettings> read_store(const Value& value, Settings& settings)
{
  StoreSettings store;
  LIMN_TRY(read_map(value, k_store_example, k_store_keys,
                    [&](std::string_view name, const Value& entry) -> Done {
                      settings.origins[entry.key] = entry.origin();
                      return read_store_key(name, entry, store);
                    }));
  if (store.endpoint.empty()) {
    return value.failure("endpoint is missing, such as endpoint: https://minio.example:9000");
  }
  // A key belongs to its endpoint: none of the environment goes to one that is written here.
  if (!store.access_key.is_said() || !store.secret_key.is_said()) {
    return value.failure("its keys are missing: access_key_env and secret_key_env, or "
                         "access_key_file and secret_key_file");
  }
  return store;
}

} // namespace

Done read_stores(const Value& value, Settings& settings)
{
  if (value.node->kind != YamlNode::Kind::list) {
    return value.expected("a list, such as [{endpoint: https://minio.example:9000, "
                          "access_key_env: STORE_ID, secret_key_env: STORE_SECRET}]",
                          Quote::no);
  }
  std::vector<std::string> buckets;
  bool has_general = false;
  for (std::size_t i = 0; i < value.node->items.size(); ++i) {
    const auto item = value.item(i);
    LIMN_TRY_ASSIGN(auto store, read_store(item, settings));
    for (const auto& bucket : store.buckets) {
      if (contains(buckets, bucket)) {
        return item.failure("another store has the bucket '" + bucket + "' already");
      }
      buckets.push_back(bucket);
    }
    if (store.buckets.empty() && std::exchange(has_general, true)) {
      return item.failure("another store has no buckets either: say which buckets this one has");
    }
    settings.stores.push_back(std::move(store));
  }
  return {};
}

} // namespace limn
