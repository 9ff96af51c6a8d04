#include "engine/rate_files.hpp"

#include "engine/rate_file.hpp"

#include <algorithm>
#include <utility>

namespace limn {

using std::chrono::milliseconds;

RateFiles::RateFiles(DiskThread& disk, std::function<RateTime()> now, std::filesystem::path folder,
                     Milliseconds window)
  : m_disk(disk), m_now(std::move(now)), m_folder(std::move(folder)), m_window(window)
{
}

RateFiles::~RateFiles() = default;

RateFiles::Page& RateFiles::page_of(const std::string& gateway)
{
  auto& page = m_pages[gateway];
  if (!page.file) {
    page.is_shared = !m_folder.empty();
    page.path = page.is_shared ? m_folder / gateway : m_folder;
    page.file = std::make_shared<RateFile>(page.path, m_now, m_window);
  }
  return page;
}

void RateFiles::look(const std::string& gateway, std::vector<Asked> queue,
                     std::function<void(const Look&)> told)
{
  auto& page = page_of(gateway);
  if (const auto here = look_here(page, queue)) {
    told(*here); // which may end this object
    return;
  }
  m_disk.run([file = page.file, queue = std::move(queue)] { return file->look(queue); },
             [&page, told = std::move(told), alive = std::weak_ptr(m_alive)](const Look& look) {
               if (alive.expired()) {
                 return;
               }
               page.is_shared = page.is_shared && look.trouble.empty();
               told(look);
             });
}

// Where nothing is counted, and nobody wants a pause, all may go, and no file has to be held.
std::optional<RateBook::Look> RateFiles::look_here(const Page& page,
                                                   const std::vector<Asked>& queue) const
{
  Look look;
  for (const auto& asked : queue) {
    if (asked.limits.images_per_minute > 0 || asked.limits.max_in_flight > 0) {
      return std::nullopt;
    }
    look.rulings.push_back({Ruling::State::admitted, -1, asked.pause});
  }
  const auto now = m_now();
  look.at = now.uptime;
  return closed_until(page, now) > now.uptime ? std::nullopt : std::optional(std::move(look));
}

void RateFiles::close(const std::string& gateway, Milliseconds until, Changed told)
{
  auto& page = page_of(gateway);
  page.closed_until = is_known_here(page) ? std::max(page.closed_until, until) : until;
  change(
    page, [until](RateFile& file) { return file.close(until); }, std::move(told));
}

void RateFiles::reopen(const std::string& gateway, Changed told)
{
  auto& page = page_of(gateway);
  page.closed_until = milliseconds(0);
  change(
    page, [](RateFile& file) { return file.reopen(); }, std::move(told));
}

void RateFiles::change(Page& page, std::function<std::string(RateFile&)> change, Changed told)
{
  ++page.changes;
  m_disk.run(
    [file = page.file, change = std::move(change)] { return change(*file); },
    [&page, told = std::move(told), alive = std::weak_ptr(m_alive)](const std::string& trouble) {
      if (alive.expired()) {
        return;
      }
      --page.changes;
      page.is_shared = page.is_shared && trouble.empty();
      told(trouble);
    });
}

milliseconds RateFiles::closed_until(const std::string& gateway)
{
  return closed_until(page_of(gateway), m_now());
}

milliseconds RateFiles::closed_until(const Page& page, const RateTime& now)
{
  return is_known_here(page) ? page.closed_until : read_rate_record(page.path, now).closed_until;
}

void RateFiles::give_back(const std::string& gateway, int slot)
{
  m_disk.run([file = page_of(gateway).file, slot] { file->give_back(slot); });
}

} // namespace limn
