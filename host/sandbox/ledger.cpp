#include "sandbox/ledger.hpp"

#include "base/digest.hpp"
#include "base/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <iterator>

namespace limn::sandbox {

namespace {

constexpr std::size_t k_max_logged_body = 64 * 1024;

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

struct Counts {
  int requests = 0;
  int billable = 0;
  int possibly_paid = 0;
  int paid = 0;
};

void write(Writer& writer, const Counts& counts)
{
  writer.StartObject();
  writer.Key("requests");
  writer.Int(counts.requests);
  writer.Key("billable");
  writer.Int(counts.billable);
  writer.Key("possibly_paid");
  writer.Int(counts.possibly_paid);
  writer.Key("paid");
  writer.Int(counts.paid);
  writer.EndObject();
}

// Nothing else of the key is kept: a sandbox is talked to with real ones too, by mistake.
std::string fingerprint_of(const Request& request)
{
  return fingerprint(Secret(request.key()));
}

} // namespace

void Ledger::record(const std::string& segment, const Request& request, bool is_generation,
                    Charge charge)
{
  Entry entry{segment,
              request.method,
              request.path,
              fingerprint_of(request),
              request.header("content-type"),
              request.body.substr(0, k_max_logged_body),
              is_generation,
              is_generation ? charge : Charge::never,
              request.received_at};
  m_entries.push_back(std::move(entry));
}

bool Ledger::is_first(const std::string& segment, const Request& request)
{
  return is_first(segment + " " + fingerprint_of(request));
}

bool Ledger::is_first(const std::string& name)
{
  return m_seen.insert(name).second;
}

std::optional<std::chrono::milliseconds> Ledger::wait_for_room(const std::string& name,
                                                               const Request& request, int images,
                                                               int most,
                                                               std::chrono::milliseconds window)
{
  const auto now = request.received_at;
  auto& drawn = m_drawn[name + " " + fingerprint_of(request)];
  // Nothing is taken out: of two that came at once the later one may be here first.
  const auto in_window = drawn.upper_bound(now - window);
  const auto count = std::distance(in_window, drawn.end());
  const auto over = count + images - most;
  if (over > 0) {
    return count == 0 ? window
                      : std::chrono::ceil<std::chrono::milliseconds>(
                        *std::next(in_window, std::min(over, count) - 1) + window - now);
  }
  for (int i = 0; i < images; ++i) {
    drawn.insert(now);
  }
  return std::nullopt;
}

void Ledger::reset()
{
  m_entries.clear();
  m_seen.clear();
  m_drawn.clear();
}

std::string Ledger::log_json() const
{
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartArray();
  int number = 0;
  for (const auto& entry : m_entries) {
    writer.StartObject();
    writer.Key("number");
    writer.Int(++number);
    writer.Key("behaviour");
    writer.String(entry.behaviour);
    writer.Key("method");
    writer.String(entry.method);
    writer.Key("path");
    writer.String(entry.path);
    writer.Key("key");
    writer.String(entry.key);
    writer.Key("content_type");
    writer.String(entry.content_type);
    writer.Key("billable");
    writer.Bool(entry.billable);
    writer.Key("paid");
    writer.Bool(entry.charge == Charge::certain);
    // Since the machine started: what matters is the time between two of them.
    writer.Key("milliseconds");
    writer.Int64(
      std::chrono::duration_cast<std::chrono::milliseconds>(entry.at.time_since_epoch()).count());
    writer.Key("body");
    if (const auto body = parse_json(entry.body)) {
      body->Accept(writer);
    } else {
      writer.Null();
    }
    writer.EndObject();
  }
  writer.EndArray();
  return buffer.GetString();
}

std::string Ledger::counts_json() const
{
  std::map<std::string, Counts> behaviours;
  Counts total;
  for (const auto& entry : m_entries) {
    for (auto* counts : {&total, &behaviours[entry.behaviour]}) {
      ++counts->requests;
      counts->billable += entry.billable;
      counts->possibly_paid += entry.charge != Charge::never;
      counts->paid += entry.charge == Charge::certain;
    }
  }
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("total");
  write(writer, total);
  writer.Key("behaviours");
  writer.StartObject();
  for (const auto& [name, counts] : behaviours) {
    writer.Key(name.c_str());
    write(writer, counts);
  }
  writer.EndObject();
  writer.EndObject();
  return buffer.GetString();
}

} // namespace limn::sandbox
