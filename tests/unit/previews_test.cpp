#include "base/descriptor.hpp"
#include "fresh_folder.hpp"
#include "output/image_file.hpp"
#include "work/previews.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using test::content_of;
using test::FreshFolder;

namespace {

constexpr std::string_view k_png = "\x89PNG\r\n\x1a\n and so on";
constexpr std::string_view k_jpeg = "\xff\xd8\xff and so on";

void keep(const FreshFolder& folder, const std::string& job, int image, int index,
          std::string_view bytes)
{
  const auto file = folder.write("drawn", bytes);
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  keep_preview(folder.path(), job, image, index, OpenFile(opened.number(), bytes.size()));
}

std::vector<std::string> names(const FreshFolder& folder, const std::string& job)
{
  std::vector<std::string> all;
  for (const auto& preview : kept_previews(folder.path(), job)) {
    all.push_back(preview.file.filename());
  }
  return all;
}

} // namespace

TEST_CASE("previews: a job's are there for its user alone, in their order, until it is over")
{
  const FreshFolder folder;
  CHECK(names(folder, "job-1").empty());
  keep(folder, "job-1", 10, 0, k_png);
  keep(folder, "job-1", 2, 1, k_jpeg);
  keep(folder, "job-1", 2, 0, k_png);
  keep(folder, "job-2", 1, 0, k_png);
  keep(folder, "job-1", 1, 0, "no picture");
  CHECK(names(folder, "job-1") == std::vector<std::string>{"2-0.png", "2-1.jpg", "10-0.png"});
  const auto first = kept_previews(folder.path(), "job-1").front();
  CHECK(first.image == 2);
  CHECK(first.index == 0);
  CHECK(content_of(first.file) == k_png);
  struct stat status {
  };
  REQUIRE(::stat(first.file.parent_path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  keep(folder, "job-1", 2, 0, k_jpeg); // the same one once more
  CHECK(content_of(first.file) == k_png);

  forget_previews(folder.path(), "job-1");
  CHECK(names(folder, "job-1").empty());
  CHECK_FALSE(std::filesystem::exists(first.file.parent_path()));
  CHECK(names(folder, "job-2").size() == 1);
}

TEST_CASE("previews: those of processes that were killed go after days")
{
  const FreshFolder folder;
  forget_old_previews(folder.path());
  keep(folder, "old", 1, 0, k_png);
  keep(folder, "young", 1, 0, k_png);
  const auto now = std::filesystem::file_time_type::clock::now();
  std::filesystem::last_write_time(folder.path() / "previews/old", now - std::chrono::hours(49));
  std::filesystem::last_write_time(folder.path() / "previews/young", now - std::chrono::hours(47));
  forget_old_previews(folder.path());
  CHECK(names(folder, "old").empty());
  CHECK(names(folder, "young").size() == 1);
}

TEST_CASE("previews: where none can be kept nothing happens")
{
  const FreshFolder folder;
  folder.write("previews", "no folder");
  keep(folder, "job-1", 1, 0, k_png);
  CHECK(names(folder, "job-1").empty());
  forget_previews(folder.path(), "job-1");
  forget_old_previews(folder.path());
}
