#include "engine/jobs_thread.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>

namespace limn {

namespace {

constexpr std::chrono::seconds k_jobs_patience{5};

} // namespace

class JobsThread::Store
{
public:
  explicit Store(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  // From any thread.
  void close() { m_is_closing = true; }

  std::vector<Done> work(const std::vector<Item>& items)
  {
    std::vector<Done> done(items.size());
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (m_is_closing && (m_is_hopeless || items[i].kind != JobsWork::last_word)) {
        done[i] = fail(FailureClass::internal, "whoever asked has gone");
      } else {
        wanted.push_back(i);
      }
    }
    if (wanted.empty()) {
      return done;
    }
    auto all = work(items, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!all[i] && wanted.size() > 1 && items[wanted[i]].kind == JobsWork::look) {
        all[i] = work(items, {wanted[i]}).front(); // who looks does not wait for who writes
      }
      done[wanted[i]] = all[i];
      m_is_hopeless = m_is_hopeless || (m_is_closing && !all[i]);
    }
    return done;
  }

private:
  std::vector<Done> work(const std::vector<Item>& items, const std::vector<std::size_t>& wanted)
  {
    auto database = open();
    if (!database) {
      return {wanted.size(), fail(std::move(database.error()))};
    }
    std::vector<std::function<Done()>> works;
    bool is_look = true;
    auto on_disk = JobsDatabase::OnDisk::soon;
    for (const auto i : wanted) {
      works.emplace_back([&, i] { return items[i].work(**database); });
      is_look = is_look && items[i].kind == JobsWork::look;
      if (items[i].kind == JobsWork::write_to_disk) {
        on_disk = JobsDatabase::OnDisk::at_once;
      }
    }
    if (!is_look) {
      return (*database)->together(on_disk, works);
    }
    std::vector<Done> done;
    for (const auto& work : works) {
      done.push_back(work());
    }
    return done;
  }

  // Whoever took the file away, or put another one there, did so for all processes.
  Result<JobsDatabase*> open()
  {
    if (m_database && number_of(jobs_file(m_folder)) != m_number) {
      m_database.reset();
    }
    if (!m_database) {
      LIMN_TRY_ASSIGN(auto database, JobsDatabase::open(m_folder, k_jobs_patience));
      m_database.emplace(std::move(database));
      m_number = number_of(jobs_file(m_folder));
    }
    return &*m_database;
  }

  static std::pair<dev_t, ino_t> number_of(const std::filesystem::path& file)
  {
    struct stat status {
    };
    return ::stat(file.c_str(), &status) == 0 ? std::pair(status.st_dev, status.st_ino)
                                              : std::pair(dev_t{}, ino_t{});
  }

  std::filesystem::path m_folder;
  std::optional<JobsDatabase> m_database;
  std::pair<dev_t, ino_t> m_number; // of its file
  std::atomic<bool> m_is_closing = false;
  bool m_is_hopeless = false;
};

JobsThread::JobsThread(Loop& loop, std::filesystem::path folder)
  : m_store(std::make_shared<Store>(std::move(folder))), m_disk(loop)
{
}

JobsThread::~JobsThread()
{
  m_store->close();
  if (!m_items.empty()) {
    m_disk.run([store = m_store, items = std::move(m_items)] { store->work(items); });
  }
}

void JobsThread::add(Item item)
{
  m_items.push_back(std::move(item));
  if (!m_is_busy) {
    begin();
  }
}

void JobsThread::begin()
{
  m_is_busy = true;
  auto items = std::make_shared<std::vector<Item>>(std::exchange(m_items, {}));
  m_disk.run([store = m_store, items] { return store->work(*items); },
             [this, items, alive = std::weak_ptr(m_alive)](std::vector<Done> done) {
               m_is_busy = false;
               if (!m_items.empty()) {
                 begin();
               }
               for (std::size_t i = 0; i < items->size() && !alive.expired(); ++i) {
                 (*items)[i].told(std::move(done[i]));
               }
             });
}

} // namespace limn
