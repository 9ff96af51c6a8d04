#include "engine_bench.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <filesystem>

namespace limn {

namespace {

// A disk that takes its time: what is given waits until somebody lets it be done.
class SlowDisk : public DiskThread
{
public:
  using DiskThread::DiskThread;

  bool is_asked() const { return !m_given.empty(); }
  void do_next()
  {
    const auto work = std::move(m_given.front());
    m_given.pop_front();
    work();
  }

protected:
  void give(std::function<void()> work) override { m_given.push_back(std::move(work)); }

private:
  std::deque<std::function<void()>> m_given;
};

struct HeardJob : test::KeptOutcome {
  std::vector<std::filesystem::path> saved;
  void image_saved(const SavedImage& image) override { saved.push_back(image.path); }
};

struct SlowStudio : test::EngineBench {
  SlowDisk slow{*loop};
  Engine engine{*transport, {slow, disk}, learnt, EngineGround{registry, settings, nullptr}};

  JobId draw(const char* behaviour, HeardJob& job)
  {
    return engine.start(order_for({sandbox->base_url(behaviour)}), job);
  }
  void run_until_disk_is_asked()
  {
    test::run_until(*loop, [this] { return slow.is_asked(); });
  }
  auto files() const
  {
    return std::ranges::count_if(
      std::filesystem::directory_iterator(folder.path() / "images"), [](const auto& entry) {
        return !entry.path().filename().string().starts_with(k_part_prefix);
      });
  }
};

} // namespace

TEST_CASE("an image has its name once the disk has its bytes, and is told once it has the name")
{
  SlowStudio studio;
  HeardJob fox;
  studio.draw("ok", fox);
  studio.run_until_disk_is_asked();
  CHECK(studio.files() == 0);
  HeardJob owl; // meanwhile others go on
  studio.draw("billing-402", owl);
  test::run_until(*studio.loop, [&] { return owl.outcome.has_value(); });
  CHECK(owl.outcome->failure->failure_class == FailureClass::billing);
  CHECK_FALSE(fox.outcome);
  studio.slow.do_next();
  studio.run_until_disk_is_asked();
  CHECK(studio.files() == 1);
  CHECK(fox.saved.empty());
  studio.slow.do_next();
  test::run_until(*studio.loop, [&] { return fox.outcome.has_value(); });
  CHECK(fox.saved.size() == 1);
  CHECK_FALSE(fox.outcome->failure);
  CHECK(fox.outcome->images.front().path == fox.saved.front());
}

TEST_CASE("who cancels while the disk is slow gets the image that was paid for all the same")
{
  SlowStudio studio;
  HeardJob fox;
  const auto id = studio.draw("ok", fox);
  studio.run_until_disk_is_asked();
  studio.engine.cancel(id);
  CHECK_FALSE(fox.outcome);
  studio.slow.do_next();
  studio.run_until_disk_is_asked();
  studio.slow.do_next();
  test::run_until(*studio.loop, [&] { return fox.outcome.has_value(); });
  CHECK(fox.outcome->images.size() == 1);
  CHECK(fox.saved.size() == 1);
}

TEST_CASE("what is no image is told although the disk is slow")
{
  SlowStudio studio;
  HeardJob fox;
  studio.draw("truncated-png", fox);
  test::run_until(*studio.loop, [&] { return fox.outcome.has_value(); });
  CHECK(fox.outcome->failure->failure_class == FailureClass::bad_image);
  CHECK_FALSE(studio.slow.is_asked());
}

} // namespace limn
