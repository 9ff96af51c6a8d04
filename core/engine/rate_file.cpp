#include "engine/rate_file.hpp"

#include "base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

using std::chrono::milliseconds;

// What a gateway sees of a minute may be shorter than what we do: one request meets a new
// connection, a later one an open line. What was sent counts for so much longer.
constexpr milliseconds k_jitter{2000};

// Only where another process has to give something back first: nobody tells us when.
constexpr milliseconds k_poll{200};

} // namespace

RateFile::RateFile(std::filesystem::path file, std::function<RateTime()> now, Milliseconds window)
  : m_file(std::move(file)), m_now(std::move(now)), m_window(window), m_is_shared(!m_file.empty())
{
}

RateBook::Look RateFile::look(const std::vector<Asked>& queue)
{
  Look look;
  for (const auto& asked : queue) {
    look.rulings.push_back({Ruling::State::waits, -1, asked.pause});
  }
  const auto decide = [&](RateRecord& record, const RateTime& now) {
    return admit(queue, record, now.uptime, look);
  };
  if (queue.front().limits.images_per_minute > 0) {
    update(decide);
  } else {
    const auto now = m_now();
    if (m_is_shared) {
      m_record = read_rate_record(m_file, now);
    }
    decide(m_record, now);
  }
  look.trouble = std::exchange(m_trouble, {});
  return look;
}

// True if somebody was let in.
bool RateFile::admit(const std::vector<Asked>& queue, RateRecord& record, Milliseconds now,
                     Look& look)
{
  look.at = now;
  if (record.closed_until > now) {
    rule_on_closed(queue, record.closed_until, look);
    return false;
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (!admit_one(queue[i], record, now, look.rulings[i], look)) {
      return i > 0;
    }
  }
  return true;
}

// False if it has to wait, for what `look` then says.
bool RateFile::admit_one(const Asked& asked, RateRecord& record, Milliseconds now, Ruling& ruling,
                         Look& look)
{
  const auto& limits = asked.limits;
  if (limits.images_per_minute > 0) {
    if (const auto until = wait_for_tokens(asked, record, now)) {
      look.wait = {until, minute_is_full(asked)};
      return false;
    }
  }
  if (limits.max_in_flight > 0) {
    ruling.slot = take_slot(limits.max_in_flight);
    if (ruling.slot < 0) {
      const bool others_have_them = m_slots.mine() < limits.max_in_flight;
      look.wait = {others_have_them ? std::optional(now + k_poll) : std::nullopt,
                   flight_is_full(asked)};
      return false;
    }
  }
  if (limits.images_per_minute > 0) {
    record.taken.push_back({now, asked.images});
  }
  ruling.state = Ruling::State::admitted;
  return true;
}

// When as many of the tokens are back as it needs; nothing: they are there.
std::optional<milliseconds> RateFile::wait_for_tokens(const Asked& asked, RateRecord& record,
                                                      Milliseconds now) const
{
  const auto most = asked.limits.images_per_minute;
  const auto counts_for = m_window + std::min(k_jitter, m_window / 10);
  record.forget_before(now - counts_for);
  int over = record.images() + std::min(asked.images, most) - most;
  for (const auto& one : record.taken) {
    over -= one.images;
    if (over + one.images > 0 && over <= 0) {
      return one.at + counts_for + milliseconds(1);
    }
  }
  return std::nullopt;
}

// -1 if all are taken.
int RateFile::take_slot(int most)
{
  if (m_is_shared && m_slots.mine() < most) {
    if (const auto made = make_private_folder(m_file.parent_path()); !made) {
      keep_to_itself(made.error().message);
    } else if (!m_slots.open(m_file.string() + ".slots")) {
      keep_to_itself(fmt::format("{}.slots cannot be written", m_file.string()));
    }
  }
  return m_slots.take(most);
}

void RateFile::give_back(int slot)
{
  m_slots.give_back(slot);
}

std::string RateFile::close(Milliseconds until)
{
  update([until](RateRecord& record, const RateTime&) {
    const bool is_later = until > record.closed_until;
    record.closed_until = std::max(record.closed_until, until);
    return is_later;
  });
  return std::exchange(m_trouble, {});
}

std::string RateFile::reopen()
{
  update([](RateRecord& record, const RateTime&) {
    record.closed_until = milliseconds(0);
    return true;
  });
  return std::exchange(m_trouble, {});
}

// On top of what other processes have written, as long as that can be had.
void RateFile::update(const std::function<bool(RateRecord&, const RateTime&)>& change)
{
  bool is_changed = false;
  if (m_is_shared) {
    const auto written =
      update_rate_record(m_file, m_now, [&](RateRecord& record, const RateTime& now) {
        is_changed = true;
        const bool is_to_write = change(record, now);
        m_record = record;
        return is_to_write;
      });
    if (!written) {
      keep_to_itself(written.error().message);
    }
  }
  if (!is_changed) {
    change(m_record, m_now());
  }
}

void RateFile::keep_to_itself(const std::string& why)
{
  m_is_shared = false;
  m_trouble = why;
}

} // namespace limn
