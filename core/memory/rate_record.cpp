#include "memory/rate_record.hpp"

#include "base/digest.hpp"
#include "base/files.hpp"
#include "model/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <numeric>
#include <sstream>

namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view k_version = "limn-rate-1";

milliseconds clock_time(clockid_t clock)
{
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::duration_cast<milliseconds>(std::chrono::seconds(time.tv_sec)
                                                  + std::chrono::nanoseconds(time.tv_nsec));
}

std::string this_boot()
{
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id.empty() ? "unknown" : id;
}

} // namespace

RateTime rate_time_now()
{
  static const std::string boot = this_boot();
  return {clock_time(CLOCK_BOOTTIME), clock_time(CLOCK_REALTIME), boot};
}

int RateRecord::images() const
{
  return std::accumulate(taken.begin(), taken.end(), 0,
                         [](int sum, const Taken& one) { return sum + one.images; });
}

void RateRecord::forget_before(milliseconds time)
{
  std::erase_if(taken, [time](const Taken& one) { return one.at <= time; });
}

std::string to_text(const RateRecord& record, const RateTime& now)
{
  auto text = fmt::format("{}\n{} {} {}\n{}\n", k_version, now.boot, now.uptime.count(),
                          now.wall.count(), record.closed_until.count());
  for (const auto& one : record.taken) {
    text += fmt::format("{} {}\n", one.at.count(), one.images);
  }
  return text + "end\n";
}

RateRecord rate_record_from(std::string_view text, const RateTime& now)
{
  std::istringstream lines{std::string(text)};
  std::string version;
  std::string boot;
  std::int64_t uptime = 0;
  std::int64_t wall = 0;
  std::int64_t closed_until = 0;
  if (!(lines >> version >> boot >> uptime >> wall >> closed_until) || version != k_version) {
    return {};
  }
  // After a restart the other clock says how long ago it was.
  constexpr std::int64_t k_no_time = std::int64_t{1} << 50;
  const auto sound = [](std::int64_t time) { return time >= -k_no_time && time <= k_no_time; };
  if (!sound(uptime) || !sound(wall) || !sound(closed_until)) {
    return {};
  }
  const auto shift = boot == now.boot
                       ? milliseconds(0)
                       : now.uptime - milliseconds(uptime) - now.wall + milliseconds(wall);
  RateRecord record;
  if (closed_until > 0) {
    record.closed_until = milliseconds(closed_until) + shift;
  }
  std::int64_t at = 0;
  int images = 0;
  while (lines >> at >> images) {
    if (images < 1 || images > 10'000 || !sound(at)) {
      return {};
    }
    record.taken.push_back({std::min(milliseconds(at) + shift, now.uptime), images});
  }
  return record;
}

RateRecord read_rate_record(const std::filesystem::path& file, const RateTime& now)
{
  const auto text = read_settings_file(file);
  auto record = text && *text ? rate_record_from((*text)->text, now) : RateRecord();
  record.closed_until = std::min(record.closed_until, now.uptime + k_longest_pause);
  return record;
}

Done update_rate_record(const std::filesystem::path& file, const std::function<RateTime()>& now,
                        const std::function<bool(RateRecord&, const RateTime&)>& change)
{
  LIMN_TRY(make_private_folder(file.parent_path()));
  LIMN_TRY_ASSIGN(const auto lock, FileLock::take(file));
  const auto time = now(); // not before the lock was there
  auto record = read_rate_record(file, time);
  if (!change(record, time)) {
    return {};
  }
  return replace_file(file, to_text(record, time));
}

std::filesystem::path rate_folder(const std::filesystem::path& state_folder)
{
  return state_folder.empty() ? state_folder : state_folder / "rate";
}

std::string rate_file_name(const Gateway& gateway)
{
  Sha256 digest;
  digest.update(std::as_bytes(std::span(gateway.id)));
  return digest.hex().substr(0, 16);
}

} // namespace limn
