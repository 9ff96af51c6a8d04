#include "memory/learnt.hpp"

#include "base/files.hpp"
#include "base/json.hpp"
#include "model/gateway.hpp"

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::uintmax_t k_max_file_size = 4 * 1024 * 1024;

constexpr std::array<std::pair<Fact::Kind, std::string_view>, 9> k_kinds{{
  {Fact::Kind::base_url, "base_url"},
  {Fact::Kind::model_listed, "model_listed"},
  {Fact::Kind::no_list, "no_list"},
  {Fact::Kind::billing, "billing"},
  {Fact::Kind::endpoint_missing, "endpoint_missing"},
  {Fact::Kind::size_refused, "size_refused"},
  {Fact::Kind::parameter_refused, "parameter_refused"},
  {Fact::Kind::images_per_minute, "images_per_minute"},
  {Fact::Kind::works, "works"},
}};

std::optional<Fact::Kind> kind_from(std::string_view name)
{
  for (const auto& [kind, text] : k_kinds) {
    if (text == name) {
      return kind;
    }
  }
  return std::nullopt;
}

bool collects(Fact::Kind kind)
{
  return kind == Fact::Kind::size_refused || kind == Fact::Kind::parameter_refused;
}

std::int64_t unix_seconds(Fact::Time time)
{
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<Fact> fact_from(const rapidjson::Value& item)
{
  const auto kind = kind_from(string_or_empty(member(item, "kind")));
  const auto* expires = member(item, "expires");
  if (!kind || !expires || !expires->IsInt64() || expires->GetInt64() < 0
      || expires->GetInt64() > unix_seconds(Fact::Time::max())) {
    return std::nullopt;
  }
  Fact fact;
  fact.kind = *kind;
  fact.subject = string_or_empty(member(item, "subject"));
  fact.value = string_or_empty(member(item, "value"));
  fact.expires = Fact::Time(std::chrono::seconds(expires->GetInt64()));
  return fact;
}

std::string to_json(const std::map<std::string, std::vector<Fact>>& facts, Fact::Time now)
{
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("version");
  writer.Int(1);
  writer.Key("gateways");
  writer.StartObject();
  for (const auto& [gateway, list] : facts) {
    const auto is_over = [now](const Fact& fact) { return fact.expires <= now; };
    if (std::all_of(list.begin(), list.end(), is_over)) {
      continue;
    }
    writer.Key(gateway);
    writer.StartArray();
    for (const auto& fact : list) {
      if (is_over(fact)) {
        continue;
      }
      writer.StartObject();
      writer.Key("kind");
      writer.String(std::string(to_string(fact.kind)));
      writer.Key("subject");
      writer.String(fact.subject);
      writer.Key("value");
      writer.String(fact.value);
      writer.Key("expires");
      writer.Int64(unix_seconds(fact.expires));
      writer.EndObject();
    }
    writer.EndArray();
  }
  writer.EndObject();
  writer.EndObject();
  return buffer.GetString();
}

} // namespace

std::string_view to_string(Fact::Kind kind)
{
  for (const auto& [value, name] : k_kinds) {
    if (value == kind) {
      return name;
    }
  }
  return "works";
}

Learnt Learnt::load(std::filesystem::path file, std::string& warning)
{
  Learnt learnt;
  learnt.m_stamp = FileStamp::of(file); // before what is read: a later change is seen
  learnt.m_facts = read(file, warning);
  learnt.m_file = std::move(file);
  return learnt;
}

std::vector<Fact> Learnt::facts(const Gateway& gateway, Fact::Time now) const
{
  std::vector<Fact> result;
  if (const auto found = m_facts.find(gateway.id); found != m_facts.end()) {
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(result),
                 [now](const Fact& fact) { return fact.expires > now; });
  }
  return result;
}

std::optional<std::string> Learnt::value(const Gateway& gateway, Fact::Kind kind,
                                         std::string_view subject, Fact::Time now) const
{
  for (auto& fact : facts(gateway, now)) {
    if (fact.kind == kind && fact.subject == subject) {
      return fact.value;
    }
  }
  return std::nullopt;
}

bool Learnt::has(const Gateway& gateway, Fact::Kind kind, std::string_view subject,
                 std::string_view value, Fact::Time now) const
{
  const auto known = facts(gateway, now);
  return std::any_of(known.begin(), known.end(), [&](const Fact& fact) {
    return fact.kind == kind && fact.subject == subject && fact.value == value;
  });
}

void Learnt::learn(const Gateway& gateway, Fact fact)
{
  // What is known, and has most of its time still before it, is by itself not worth a write to disk
  // at every run.
  const auto now = std::chrono::system_clock::now();
  const auto known = m_changes.empty() ? facts(gateway, now) : std::vector<Fact>();
  const bool is_fresh = std::any_of(known.begin(), known.end(), [&](const Fact& one) {
    return one.kind == fact.kind && one.subject == fact.subject && one.value == fact.value
           && one.expires <= fact.expires && (one.expires - now) > (fact.expires - now) / 10 * 9;
  });
  if (is_fresh) {
    return;
  }
  change({gateway.id, std::move(fact)});
}

std::size_t Learnt::forget(const Gateway& gateway)
{
  const auto count = facts(gateway, std::chrono::system_clock::now()).size();
  change({gateway.id, std::nullopt});
  return count;
}

std::size_t Learnt::forget_all()
{
  std::size_t count = 0;
  const auto now = std::chrono::system_clock::now();
  for (const auto& [gateway, list] : m_facts) {
    count += static_cast<std::size_t>(std::count_if(
      list.begin(), list.end(), [now](const Fact& fact) { return fact.expires > now; }));
  }
  change({});
  return count;
}

Done Learnt::synchronize()
{
  if (m_file.empty()) {
    return {};
  }
  std::string ignored;
  if (m_changes.empty()) {
    if (const auto stamp = FileStamp::of(m_file); stamp != m_stamp) {
      m_stamp = stamp;
      m_facts = read(m_file, ignored);
    }
    return {};
  }
  const auto cannot_write = [this](const Failure& reason) {
    return fail(FailureClass::internal,
                fmt::format("cannot write {}: {}", m_file.string(), reason.message));
  };
  if (const auto made = make_private_folder(m_file.parent_path()); !made) {
    return cannot_write(made.error());
  }
  const auto lock = FileLock::take(m_file);
  if (!lock) {
    return cannot_write(lock.error());
  }
  auto facts = read(m_file, ignored);
  for (const auto& change : m_changes) {
    apply(facts, change);
  }
  if (const auto written = replace_file(m_file, to_json(facts, std::chrono::system_clock::now()));
      !written) {
    return cannot_write(written.error());
  }
  m_stamp = FileStamp::of(m_file);
  m_facts = std::move(facts);
  m_changes.clear();
  return {};
}

Learnt::Facts Learnt::read(const std::filesystem::path& file, std::string& warning)
{
  const auto text = read_own_file(file, k_max_file_size);
  if (!text) {
    return {};
  }
  const auto document = parse_json(*text);
  const auto* gateways = document ? member(*document, "gateways") : nullptr;
  if (!gateways || !gateways->IsObject()) {
    warning = fmt::format("{} is damaged; what it remembered is forgotten", file.string());
    return {};
  }
  Facts facts;
  for (const auto& [name, list] : gateways->GetObject()) {
    if (!list.IsArray()) {
      continue;
    }
    auto& known = facts[{name.GetString(), name.GetStringLength()}];
    for (const auto& item : list.GetArray()) {
      if (auto fact = fact_from(item)) {
        known.push_back(std::move(*fact));
      }
    }
  }
  return facts;
}

void Learnt::apply(Facts& facts, const Change& change)
{
  if (change.gateway.empty()) {
    facts.clear();
    return;
  }
  if (!change.fact) {
    facts.erase(change.gateway);
    return;
  }
  auto& known = facts[change.gateway];
  std::erase_if(known, [&](const Fact& old) {
    return old.kind == change.fact->kind && old.subject == change.fact->subject
           && (!collects(old.kind) || old.value == change.fact->value);
  });
  known.push_back(*change.fact);
}

void Learnt::change(Change change)
{
  apply(m_facts, change);
  m_changes.push_back(std::move(change));
}

} // namespace limn
