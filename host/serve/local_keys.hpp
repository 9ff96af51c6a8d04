#pragma once

#include "base/files.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "model/cost.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

struct SettingsFiles;

// A key that limn gave out for a program of this user. The key itself is kept nowhere.
struct LocalKey {
  std::string name;
  std::string sha256;            // of the key, in hexadecimal
  std::string created;           // "2026-01-31T23:59:59Z"
  std::optional<NanoUsd> budget; // of all that is asked for with it; none: as much as it costs
  std::optional<NanoUsd> budget_per_day;
  std::vector<std::string> models; // that it is for; empty: all
};

// serve-keys.json, beside preferences.yaml.
std::filesystem::path local_keys_file(const SettingsFiles& settings);

// All of them, in the order in which they were made; none where there is no file.
Result<std::vector<LocalKey>> read_local_keys(const std::filesystem::path& file);

// Makes one as it is described, and keeps its digest. FailureClass::usage for a name that is taken,
// or none.
Result<Secret> make_local_key(const std::filesystem::path& file, LocalKey wanted);

// FailureClass::usage if there is none of that name.
Done revoke_local_key(const std::filesystem::path& file, const std::string& name);

// The one that was presented, or null. Takes as long for every key that is none of them.
const LocalKey* find_local_key(const std::vector<LocalKey>& keys, std::string_view presented);

// The keys of a file that changes while it is looked at. One that cannot be read has none.
class WatchedKeys
{
public:
  explicit WatchedKeys(std::filesystem::path file) : m_file(std::move(file)) {}

  // As they are now. Borrowed until the next call.
  const std::vector<LocalKey>& all();

  // Why there are none, of the last call; empty if that is all right.
  const std::string& problem() const { return m_problem; }

private:
  std::filesystem::path m_file;
  std::optional<FileStamp> m_stamp;
  std::vector<LocalKey> m_keys;
  std::string m_problem;
};

} // namespace limn
