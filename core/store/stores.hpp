#pragma once

#include "base/redaction.hpp"
#include "base/result.hpp"
#include "http/request.hpp"
#include "model/store_address.hpp"
#include "settings/settings.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The SHA-256 of no bytes at all, as a request without a body has it.
inline constexpr std::string_view k_sha256_of_nothing =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The S3-compatible stores of a user, each with keys that go to its endpoint only: those of
// limn.yaml, and for the buckets that none of them has the one of the AWS_ variables. On one
// thread.
class Stores
{
public:
  // Reads the keys. A store whose keys cannot be read fails once it is asked for.
  Stores(const std::vector<StoreSettings>& settings, std::vector<std::string>& warnings);

  void add_secrets(Redactor& redactor) const;

  // A request for that object, to be signed; `sha256`: of its body. FailureClass::settings where
  // nobody has that bucket, or its store has no keys.
  Result<HttpRequest> request(std::string method, const StoreAddress& address,
                              std::string_view sha256 = k_sha256_of_nothing) const;

  // Whether its store was not asked about that bucket yet; from now on it was.
  bool is_to_be_checked(const std::string& bucket) { return m_checked.insert(bucket).second; }

  // Its store refuses pictures for that bucket, whatever is done: nobody begins another one soon.
  void note_refusal(const std::string& bucket, Failure failure);
  const Failure* refusal(const std::string& bucket) const; // null: none that is known

private:
  struct Store {
    std::vector<std::string> buckets;
    std::string endpoint;
    StoreSettings::Addressing addressing = StoreSettings::Addressing::path;
    StoreSignature signature;
    Secret session_token; // empty: none
    Plaintext plaintext = Plaintext::loopback_only;
    std::optional<Failure> problem;
  };

  struct Refusal {
    Failure failure;
    std::chrono::steady_clock::time_point until;
  };

  static Store store_of(const StoreSettings& settings, std::vector<std::string>& warnings);
  static Store store_of_environment();
  const Store& of(const std::string& bucket) const;

  std::vector<Store> m_stores; // the last one for all other buckets
  std::map<std::string, Refusal> m_refusals;
  std::set<std::string> m_checked;
};

} // namespace limn
