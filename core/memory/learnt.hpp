#pragma once

#include "base/files.hpp"
#include "base/result.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Something that an answer of a gateway taught, good until it expires.
struct Fact {
  using Time = std::chrono::system_clock::time_point;

  enum class Kind {
    base_url,          // value: the base URL that answered where the configured one did not
    model_listed,      // subject: the model wanted, value: its id in the gateway's list
    no_list,           // the gateway has no list of models
    billing,           // out of money: goes last until then
    endpoint_missing,  // subject: the provider
    size_refused,      // subject: the provider, value: the size
    parameter_refused, // subject: the provider, value: the parameter
    images_per_minute, // value: how many it takes, by its own words
    works,             // subject: the provider that delivered last
  };

  Kind kind = Kind::works;
  std::string subject;
  std::string value;
  Time expires;
};

std::string_view to_string(Fact::Kind kind);

// What limn remembers of each gateway, in one small JSON file. A gateway is told by base URL and
// fingerprint of the key.
class Learnt
{
public:
  // An absent file is an empty memory; a damaged one too, and is said in `warning`.
  static Learnt load(std::filesystem::path file, std::string& warning);

  // The facts about a gateway that have not expired at `now`.
  std::vector<Fact> facts(const Gateway& gateway, Fact::Time now) const;

  // The value of the first such fact; nothing if there is none.
  std::optional<std::string> value(const Gateway& gateway, Fact::Kind kind,
                                   std::string_view subject, Fact::Time now) const;
  bool has(const Gateway& gateway, Fact::Kind kind, std::string_view subject,
           std::string_view value, Fact::Time now) const;

  // Adds a fact, in place of one with the same kind and subject, and, for the kinds that collect
  // (size_refused, parameter_refused), value. Nothing if it is known and would live hardly longer.
  // In memory until `synchronize`.
  void learn(const Gateway& gateway, Fact fact);

  // Drops what is known of a gateway, or of all; returns how many facts that were.
  std::size_t forget(const Gateway& gateway);
  std::size_t forget_all();

  // Where the file is; empty: nowhere, nothing is kept.
  std::filesystem::path folder() const { return m_file.parent_path(); }

  // Writes what has changed, atomically, on top of what other processes have written meanwhile, and
  // takes up what they did. Costs a look at the file's times where nobody changed anything.
  Done synchronize();

private:
  struct Change {
    std::string gateway;      // empty: all
    std::optional<Fact> fact; // none: forget
  };
  using Facts = std::map<std::string, std::vector<Fact>>;

  static Facts read(const std::filesystem::path& file, std::string& warning);
  static void apply(Facts& facts, const Change& change);
  void change(Change change);

  std::filesystem::path m_file;
  FileStamp m_stamp; // of what was read
  Facts m_facts;
  std::vector<Change> m_changes;
};

} // namespace limn
