#include "serve/local_keys.hpp"

#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "base/utc_text.hpp"
#include "settings/load.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

namespace limn {

namespace {

constexpr std::string_view k_prefix = "lm-";
constexpr std::size_t k_random_bytes = 24;
constexpr std::size_t k_longest_name = 64;

constexpr std::string_view k_budget = "budget"; // these two in US dollars
constexpr std::string_view k_budget_per_day = "budget_per_day";
constexpr std::string_view k_models = "models";

bool is_name(std::string_view name)
{
  return !name.empty() && name.size() <= k_longest_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '_' || c == '.';
  });
}

std::string digest_of(std::string_view key)
{
  Sha256 digest;
  digest.update(std::as_bytes(std::span(key)));
  return digest.hex();
}

Result<Secret> random_key()
{
  std::array<unsigned char, k_random_bytes> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return fail(FailureClass::internal, "the system has no random bytes");
  }
  std::string text(k_prefix);
  for (const auto byte : bytes) {
    text += fmt::format("{:02x}", byte);
  }
  Secret key(text);
  wipe(text);
  return key;
}

void write_amount(JsonWriter& json, std::string_view name, std::optional<NanoUsd> amount)
{
  if (amount) {
    json.member(name, usd_decimal(*amount));
  }
}

// False: it is there and no amount. Whoever reads it has to know that it is one.
bool read_amount(const rapidjson::Value& object, std::string_view name,
                 std::optional<NanoUsd>& amount)
{
  const auto* value = member(object, name);
  if (value == nullptr) {
    return true;
  }
  amount = parse_usd(string_or_empty(value));
  return amount.has_value();
}

bool read_model_names(const rapidjson::Value& object, std::vector<std::string>& models)
{
  const auto* value = member(object, k_models);
  if (value == nullptr) {
    return true;
  }
  if (!value->IsArray() || value->Empty()) {
    return false;
  }
  for (const auto& model : value->GetArray()) {
    models.emplace_back(string_or_empty(&model));
  }
  return std::ranges::none_of(models, &std::string::empty);
}

Done write_keys(const std::filesystem::path& file, const std::vector<LocalKey>& keys)
{
  JsonWriter json;
  json.begin_object();
  json.key("keys");
  json.begin_array();
  for (const auto& key : keys) {
    json.begin_object();
    json.member("name", key.name);
    json.member("sha256", key.sha256);
    json.member("created", key.created);
    write_amount(json, k_budget, key.budget);
    write_amount(json, k_budget_per_day, key.budget_per_day);
    if (!key.models.empty()) {
      json.key(k_models);
      json.begin_array();
      for (const auto& model : key.models) {
        json.text(model);
      }
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return replace_file(file, json.str() + "\n");
}

} // namespace

std::filesystem::path local_keys_file(const SettingsFiles& settings)
{
  return settings.preferences.parent_path() / "serve-keys.json";
}

Result<std::vector<LocalKey>> read_local_keys(const std::filesystem::path& file)
{
  std::vector<LocalKey> keys;
  LIMN_TRY_ASSIGN(const auto text, read_settings_file(file));
  if (!text) {
    return keys;
  }
  const auto broken = [&](std::string_view what) {
    return fail(FailureClass::settings, fmt::format("{}: {}", file.string(), what),
                "take the file away, and make the keys anew: limn serve key new NAME");
  };
  const auto document = parse_json(text->text);
  if (!document) {
    return broken(document.error().message);
  }
  const auto* list = member(*document, "keys");
  if (list == nullptr || !list->IsArray()) {
    return broken("it has no keys");
  }
  for (const auto& one : list->GetArray()) {
    LocalKey key{std::string(string_or_empty(member(one, "name"))),
                 std::string(string_or_empty(member(one, "sha256"))),
                 std::string(string_or_empty(member(one, "created")))};
    if (!is_name(key.name) || key.sha256.size() != digest_of({}).size()) {
      return broken("an entry without a name or a digest");
    }
    if (!read_amount(one, k_budget, key.budget)
        || !read_amount(one, k_budget_per_day, key.budget_per_day)
        || !read_model_names(one, key.models)) {
      return broken(fmt::format("of {} a budget or a list of models that is none", key.name));
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<Secret> make_local_key(const std::filesystem::path& file, LocalKey wanted)
{
  const auto& name = wanted.name;
  if (!is_name(name)) {
    return fail(FailureClass::usage, fmt::format("'{}' is no name of a key", name),
                "take up to 64 letters, digits, dots, dashes and underscores");
  }
  LIMN_TRY(make_private_folder(file.parent_path()));
  LIMN_TRY_ASSIGN(const auto lock, FileLock::take(file));
  LIMN_TRY_ASSIGN(auto keys, read_local_keys(file));
  if (std::ranges::find(keys, name, &LocalKey::name) != keys.end()) {
    return fail(FailureClass::usage, fmt::format("there is a key {} already", name),
                fmt::format("take another name, or first: limn serve key revoke {}", name));
  }
  LIMN_TRY_ASSIGN(auto key, random_key());
  wanted.sha256 = digest_of(key.reveal());
  wanted.created = utc_text(std::chrono::system_clock::now());
  keys.push_back(std::move(wanted));
  LIMN_TRY(write_keys(file, keys));
  return key;
}

Done revoke_local_key(const std::filesystem::path& file, const std::string& name)
{
  LIMN_TRY_ASSIGN(auto keys, read_local_keys(file));
  if (!keys.empty()) {
    LIMN_TRY_ASSIGN(const auto lock, FileLock::take(file));
    LIMN_TRY_ASSIGN(keys, read_local_keys(file));
    if (std::erase_if(keys, [&](const LocalKey& key) { return key.name == name; }) > 0) {
      return write_keys(file, keys);
    }
  }
  return fail(FailureClass::usage, fmt::format("there is no key {}", name),
              "limn serve key list tells which there are");
}

const LocalKey* find_local_key(const std::vector<LocalKey>& keys, std::string_view presented)
{
  const auto digest = digest_of(presented);
  const LocalKey* found = nullptr;
  for (const auto& key : keys) {
    unsigned difference = 0;
    for (std::size_t i = 0; i < digest.size(); ++i) {
      difference |= static_cast<unsigned>(static_cast<unsigned char>(digest[i])
                                          ^ static_cast<unsigned char>(key.sha256[i]));
    }
    found = difference == 0 ? &key : found;
  }
  return found;
}

const std::vector<LocalKey>& WatchedKeys::all()
{
  const auto now = FileStamp::of(m_file);
  if (m_stamp == now) {
    return m_keys;
  }
  m_stamp = now;
  m_keys.clear();
  m_problem.clear();
  if (auto keys = read_local_keys(m_file)) {
    m_keys = std::move(*keys);
  } else {
    m_problem = keys.error().message;
  }
  return m_keys;
}

} // namespace limn
