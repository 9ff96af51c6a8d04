#include "fresh_folder.hpp"
#include "loop/epoll_loop.hpp"
#include "queue/witness.hpp"
#include "queue/work_journal.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <memory>

namespace limn::test {

namespace {

WitnessedJob announced(std::int64_t id, int fence = 1, std::uint64_t attempt = 1)
{
  WitnessedJob job;
  job.id = id;
  job.fingerprint = "ab12";
  job.fence = fence;
  job.attempt = attempt;
  job.gateway = "gw";
  job.provider = "openai_images";
  job.model = "gpt-image-2";
  job.wanted = 2;
  job.estimate = k_usd / 10;
  return job;
}

// A journal of the worker "host/1/w", and what the next worker of the machine finds of it.
class JournalBench
{
public:
  JournalBench()
    : loop(std::move(*epoll_loop())),
      journal(std::make_unique<WorkJournal>(*loop, folder, "host/1/w"))
  {
  }

  Done asked(const WitnessedJob& job)
  {
    std::optional<Done> told;
    journal->asked(job, [&told](Done done) { told = std::move(done); });
    run_until(*loop, [&told] { return told.has_value(); });
    return *told;
  }

  // Its process is killed: no destructor takes anything away.
  std::vector<std::filesystem::path> copy() const
  {
    std::vector<std::filesystem::path> copies;
    const auto beside = folder / "killed";
    std::filesystem::create_directories(beside);
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".jsonl") {
        copies.push_back(beside / entry.path().filename());
        std::filesystem::copy_file(entry.path(), copies.back(),
                                   std::filesystem::copy_options::overwrite_existing);
      }
    }
    return copies;
  }

  std::vector<WitnessedJob> found() const { return read_work_journal(copy().at(0)); }

  FreshFolder around;
  std::filesystem::path folder = around.path() / "journals";
  std::unique_ptr<Loop> loop;
  std::unique_ptr<WorkJournal> journal;
};

NamedFile image_at(const std::filesystem::path& path)
{
  std::ofstream(path) << "an image";
  struct ::stat status {
  };
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return {{path, R"({"path":")" + path.string() + R"(","format":"png"})"}, status.st_ino};
}

} // namespace

TEST_CASE("what a journal knows of a job is read back")
{
  JournalBench bench;
  REQUIRE(bench.asked(announced(7, 3, 5)));
  REQUIRE(bench.journal->sent(announced(7, 3, 5)));
  const auto found = bench.found();
  REQUIRE(found.size() == 1);
  const auto& job = found.front();
  CHECK(job.id == 7);
  CHECK(job.worker == "host/1/w");
  CHECK(job.fingerprint == "ab12");
  CHECK(job.fence == 3);
  CHECK(job.attempt == 5);
  CHECK(job.wanted == 2);
  CHECK(job.estimate == k_usd / 10);
  CHECK(job.is_open);
}

TEST_CASE("how a job ended whose worker is gone is told by its images")
{
  JournalBench bench;
  REQUIRE(bench.asked(announced(7)));
  CHECK_FALSE(end_without_worker(bench.found().at(0))); // nothing went out
  REQUIRE(bench.journal->sent(announced(7)));
  CHECK(end_without_worker(bench.found().at(0))->state == JobState::unknown);
  bench.journal->naming(7, image_at(bench.folder / "a.png"));
  const auto half = end_without_worker(bench.found().at(0));
  CHECK(half->state == JobState::unknown);
  CHECK(half->images == 1);
  CHECK(half->report.find("a.png") != std::string::npos);
  auto taken = image_at(bench.folder / "b.png");
  ++taken.inode; // another file got that name
  bench.journal->naming(7, taken);
  CHECK(end_without_worker(bench.found().at(0))->state == JobState::unknown);
  bench.journal->naming(7, image_at(bench.folder / "c.png"));
  const auto whole = end_without_worker(bench.found().at(0));
  CHECK(whole->state == JobState::done);
  CHECK(whole->cost == Cost{Cost::Basis::estimate, k_usd / 10});
  QueuedEnd end;
  end.state = JobState::done;
  end.images = 2;
  end.cost = {Cost::Basis::usage, 17};
  end.report = R"({"ok":true})";
  bench.journal->ended(7, end);
  const auto told = end_without_worker(bench.found().at(0));
  CHECK(told->cost == end.cost);
  CHECK(told->report == end.report);
}

TEST_CASE("a job that was settled, or has left, is nobody's any more")
{
  JournalBench bench;
  for (const std::int64_t id : {7, 8}) {
    REQUIRE(bench.asked(announced(id)));
    REQUIRE(bench.journal->sent(announced(id)));
  }
  bench.journal->settled(7);
  bench.journal->left(8);
  const auto found = bench.found();
  REQUIRE(found.size() == 1);
  CHECK_FALSE(end_without_worker(found.front()));
  // Announced again: the attempt that went out counts until the next one does.
  REQUIRE(bench.asked(announced(7, 1, 2)));
  REQUIRE(bench.journal->sent(announced(7, 1, 2)));
  REQUIRE(bench.asked(announced(7, 1, 3)));
  CHECK(bench.found().front().attempt == 2);
}

TEST_CASE("behind a new start of the machine what was announced may have gone out")
{
  JournalBench bench;
  REQUIRE(bench.asked(announced(7)));
  const auto file = bench.copy().at(0);
  auto changed = content_of(file);
  changed.replace(changed.find(R"("boot":")"), 8, R"("boot":"another)");
  std::ofstream(file) << changed << R"({"event":"left","jo)"; // and a line that was cut
  const auto found = read_work_journal(file);
  REQUIRE(found.size() == 1);
  CHECK(end_without_worker(found.front())->state == JobState::unknown);
}

TEST_CASE("a long journal goes on in another file, and what tells of nothing is taken away")
{
  JournalBench bench;
  REQUIRE(bench.asked(announced(1)));
  REQUIRE(bench.journal->sent(announced(1)));
  QueuedEnd end;
  end.report = std::string(200'000, 'x');
  for (std::int64_t id = 2; id < 20; ++id) {
    REQUIRE(bench.asked(announced(id)));
    bench.journal->ended(id, end);
    if (id % 2 == 0) {
      bench.journal->left(id);
    }
  }
  const auto files = bench.copy();
  CHECK(files.size() > 1);
  std::vector<std::int64_t> jobs;
  for (const auto& file : files) {
    for (const auto& job : read_work_journal(file)) {
      jobs.push_back(job.id);
    }
  }
  std::ranges::sort(jobs);
  CHECK(jobs == std::vector<std::int64_t>{1, 3, 5, 7, 9, 11, 13, 15, 17, 19});
  CHECK(left_journals(bench.folder).empty()); // its worker lives
  for (const auto id : jobs) {
    bench.journal->left(id);
  }
  bench.journal.reset();
  CHECK(left_journals(bench.folder).empty());
  CHECK(std::none_of(std::filesystem::directory_iterator(bench.folder), {},
                     [](const auto& entry) { return entry.path().extension() == ".jsonl"; }));
}

TEST_CASE("what a worker left is read by one other at a time")
{
  JournalBench bench;
  REQUIRE(bench.asked(announced(7)));
  REQUIRE(bench.journal->sent(announced(7)));
  bench.journal.reset();
  const auto left = left_journals(bench.folder);
  REQUIRE(left.size() == 1);
  CHECK(left.front().jobs.size() == 1);
  CHECK(left_journals(bench.folder).empty());
}

TEST_CASE("a journal that cannot be kept lets nothing be asked for")
{
  JournalBench bench;
  std::ofstream(bench.folder) << "in the way";
  const auto done = bench.asked(announced(7));
  REQUIRE_FALSE(done);
  CHECK(done.error().failure_class == FailureClass::not_saved);
}

} // namespace limn::test
