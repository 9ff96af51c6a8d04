#pragma once

#include "engine/rate_book.hpp"
#include "loop/disk_thread.hpp"
#include "memory/rate_record.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

class RateFile;

// The book of one machine: small files in the state folder, which all processes of the user share.
// A gateway without limits that never asked for a pause has none there. For locks and disks the
// files wait in the disk thread; what is told before that is known here only.
class RateFiles : public RateBook
{
public:
  // The disk thread is borrowed. `now` is called in both threads. `folder`: for the files; empty:
  // the limits are those of this process. `window`: what is called a minute.
  RateFiles(DiskThread& disk, std::function<RateTime()> now, std::filesystem::path folder,
            Milliseconds window = std::chrono::minutes(1));
  ~RateFiles() override;
  RateFiles(const RateFiles&) = delete;
  RateFiles& operator=(const RateFiles&) = delete;

  void look(const std::string& gateway, std::vector<Asked> queue,
            std::function<void(const Look&)> told) override;
  void close(const std::string& gateway, Milliseconds until, Changed told) override;
  void reopen(const std::string& gateway, Changed told) override;
  Milliseconds closed_until(const std::string& gateway) override;
  void give_back(const std::string& gateway, int slot) override;

private:
  struct Page {
    std::filesystem::path path;
    std::shared_ptr<RateFile> file; // of the disk thread
    bool is_shared = true;
    Milliseconds closed_until{0}; // as it was told here
    int changes = 0;              // of that, on their way into the file
  };

  Page& page_of(const std::string& gateway);
  static bool is_known_here(const Page& page) { return !page.is_shared || page.changes > 0; }
  static Milliseconds closed_until(const Page& page, const RateTime& now);
  void change(Page& page, std::function<std::string(RateFile&)> change, Changed told);
  std::optional<Look> look_here(const Page& page, const std::vector<Asked>& queue) const;

  DiskThread& m_disk;
  std::function<RateTime()> m_now;
  std::filesystem::path m_folder;
  Milliseconds m_window;
  std::map<std::string, Page> m_pages;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what the disk thread tells looks here
};

} // namespace limn
