#include "store/stores.hpp"

#include "base/contains.hpp"
#include "gateways/key.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::seconds k_refusal_holds{60};
constexpr std::size_t k_least_hidden =
  8; // what is shorter is no key of AWS, but the word of a test

std::string variable(const char* name)
{
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string first_variable(const char* one, const char* other)
{
  auto value = variable(one);
  return value.empty() ? variable(other) : value;
}

Result<Secret> secret_at(const SecretPlace& place, std::vector<std::string>& warnings)
{
  GatewaySettings as_gateway;
  as_gateway.api_key = place.text;
  as_gateway.api_key_env = place.env;
  as_gateway.api_key_file = place.file;
  return resolve_key(as_gateway, warnings);
}

// "https://bucket.s3.example" of "https://s3.example".
std::string with_bucket(const std::string& endpoint, const std::string& bucket)
{
  const auto host = endpoint.find("://") + 3;
  return endpoint.substr(0, host) + bucket + "." + endpoint.substr(host);
}

} // namespace

Stores::Stores(const std::vector<StoreSettings>& settings, std::vector<std::string>& warnings)
{
  const StoreSettings* general = nullptr;
  for (const auto& one : settings) {
    if (one.buckets.empty()) {
      general = &one;
    } else {
      m_stores.push_back(store_of(one, warnings));
    }
  }
  m_stores.push_back(general == nullptr ? store_of_environment() : store_of(*general, warnings));
}

Stores::Store Stores::store_of(const StoreSettings& settings, std::vector<std::string>& warnings)
{
  Store store;
  store.buckets = settings.buckets;
  store.endpoint = settings.endpoint;
  store.addressing = settings.addressing;
  store.signature.region = settings.region;
  store.plaintext = settings.allow_plaintext ? Plaintext::allowed : Plaintext::loopback_only;
  for (const auto& [place, key, name] :
       {std::tuple(&settings.access_key, &store.signature.access_key, "access_key"),
        std::tuple(&settings.secret_key, &store.signature.secret_key, "secret_key")}) {
    if (auto secret = secret_at(*place, warnings)) {
      *key = std::move(*secret);
    } else if (!store.problem) {
      store.problem = Failure(
        FailureClass::settings,
        fmt::format("the store {} has no {}: {}", settings.endpoint, name, secret.error().message),
        "see `stores:` in limn.yaml");
    }
  }
  return store;
}

// As other programs read it. What is written in limn.yaml gets none of these keys.
Stores::Store Stores::store_of_environment()
{
  Store store;
  auto region = first_variable("AWS_REGION", "AWS_DEFAULT_REGION");
  store.signature.region = region.empty() ? "us-east-1" : std::move(region);
  store.endpoint = first_variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
  while (store.endpoint.ends_with('/')) {
    store.endpoint.pop_back();
  }
  if (store.endpoint.empty()) {
    store.endpoint = fmt::format("https://s3.{}.amazonaws.com", store.signature.region);
    store.addressing = StoreSettings::Addressing::host;
  }
  store.signature.access_key = Secret(variable("AWS_ACCESS_KEY_ID"));
  store.signature.secret_key = Secret(variable("AWS_SECRET_ACCESS_KEY"));
  store.session_token = Secret(variable("AWS_SESSION_TOKEN"));
  if (store.signature.access_key.empty() || store.signature.secret_key.empty()) {
    store.problem = Failure(FailureClass::settings, "no store is known for it",
                            "`stores:` in limn.yaml names one, or AWS_ACCESS_KEY_ID and "
                            "AWS_SECRET_ACCESS_KEY are keys of AWS");
  }
  return store;
}

const Stores::Store& Stores::of(const std::string& bucket) const
{
  for (const auto& store : m_stores) {
    if (contains(store.buckets, bucket)) {
      return store;
    }
  }
  return m_stores.back();
}

void Stores::add_secrets(Redactor& redactor) const
{
  for (const auto& store : m_stores) {
    for (const auto* secret : {&store.signature.secret_key, &store.session_token}) {
      if (secret->reveal().size() >= k_least_hidden) {
        redactor.add(*secret);
      }
    }
    if (store.signature.access_key.reveal().size() >= k_least_hidden) {
      redactor.add_whole(store.signature.access_key);
    }
  }
}

Result<HttpRequest> Stores::request(std::string method, const StoreAddress& address,
                                    std::string_view sha256) const
{
  const auto& store = of(address.bucket);
  if (store.problem) {
    auto problem = *store.problem;
    problem.message = fmt::format("{}: {}", address.text(), problem.message);
    return fail(std::move(problem));
  }
  // A dot would be one host further down, of which no certificate is.
  const bool is_in_host = store.addressing == StoreSettings::Addressing::host
                          && address.bucket.find('.') == std::string::npos;
  HttpRequest request;
  request.method = std::move(method);
  request.url = is_in_host
                  ? fmt::format("{}/{}", with_bucket(store.endpoint, address.bucket), address.key)
                  : fmt::format("{}/{}/{}", store.endpoint, address.bucket, address.key);
  request.headers.emplace_back("x-amz-content-sha256", sha256);
  request.signature = store.signature;
  request.key = store.session_token;
  request.key_form = {"x-amz-security-token", ""};
  request.plaintext = store.plaintext;
  request.sending = Sending::once;
  return request;
}

void Stores::note_refusal(const std::string& bucket, Failure failure)
{
  m_refusals.insert_or_assign(
    bucket, Refusal{std::move(failure), std::chrono::steady_clock::now() + k_refusal_holds});
}

const Failure* Stores::refusal(const std::string& bucket) const
{
  const auto found = m_refusals.find(bucket);
  return found == m_refusals.end() || found->second.until < std::chrono::steady_clock::now()
           ? nullptr
           : &found->second.failure;
}

} // namespace limn
