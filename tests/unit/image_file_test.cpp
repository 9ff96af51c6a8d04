#include "child_process.hpp"
#include "fresh_folder.hpp"
#include "output/image_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace limn;
using namespace limn::test;
namespace fs = std::filesystem;

namespace {

std::span<const std::byte> bytes(std::string_view text)
{
  return std::as_bytes(std::span(text));
}

std::string content(const ByteSource& source)
{
  std::string text(source.size() + 10, '?');
  text.resize(source.read_at(0, std::as_writable_bytes(std::span(text))));
  return text;
}

} // namespace

TEST_CASE("an image that gets no name leaves nothing behind")
{
  const FreshFolder folder;
  {
    auto file = ImageFile::create(folder.path());
    REQUIRE(file.has_value());
    file->write(bytes("half an image"));
    auto moved = std::move(*file);
    CHECK(moved.size() == 13);
    CHECK(!moved.write_failure());
    moved = std::move(ImageFile::create(folder.path()).value());
    CHECK(moved.size() == 0);
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("what was written can be read before it has a name")
{
  const FreshFolder folder;
  auto file = ImageFile::create(folder.path()).value();
  file.write(bytes("0123"));
  file.write({});
  file.write(bytes("456789"));
  CHECK(file.size() == 10);
  CHECK(content(file) == "0123456789");
  std::string middle(4, '?');
  CHECK(file.read_at(3, std::as_writable_bytes(std::span(middle))) == 4);
  CHECK(middle == "3456");
  CHECK(file.read_at(8, std::as_writable_bytes(std::span(middle))) == 2);
  CHECK(middle == "8956");
  CHECK(file.read_at(10, std::as_writable_bytes(std::span(middle))) == 0);
  CHECK(file.read_at(1000, std::as_writable_bytes(std::span(middle))) == 0);
}

TEST_CASE("a digest is of all that was written, whoever makes which part of it")
{
  const FreshFolder folder;
  auto file = ImageFile::create(folder.path(), {}, ImageDigest::sha256);
  REQUIRE(file.has_value());
  Sha256 expected;
  std::vector<std::function<void()>> ahead;
  for (const char letter : std::string_view("abcdefgh")) {
    const std::string piece(100'000, letter);
    expected.update(bytes(piece));
    file->write(bytes(piece));
    if (auto work = file->digest_ahead()) {
      ahead.push_back(std::move(work));
    }
  }
  REQUIRE(ahead.size() == 2);
  std::thread other(ahead.front()); // the last one is late
  file->sync();
  auto moved = std::move(*file);
  CHECK(moved.take_sha256() == expected.hex());
  other.join();
  {
    const auto gone = std::move(moved);
  }
  ahead.back()();
}

TEST_CASE("nobody is given work for a digest that nobody wants")
{
  const FreshFolder folder;
  auto file = ImageFile::create(folder.path());
  REQUIRE(file.has_value());
  file->write(bytes(std::string(1'000'000, 'a')));
  CHECK_FALSE(file->digest_ahead());
  CHECK(file->take_sha256().empty());
}

TEST_CASE("a name is given once and never taken from another")
{
  const FreshFolder folder;
  const auto path = folder.path() / "a.png";
  {
    auto first = ImageFile::create(folder.path()).value();
    first.write(bytes("first"));
    CHECK(first.link_to(path).value());
    auto second = ImageFile::create(folder.path()).value();
    second.write(bytes("second"));
    CHECK(!second.link_to(path).value());
    CHECK(content(second) == "second"); // unharmed
    CHECK(second.link_to(folder.path() / "b.png").value());
  }
  CHECK(content_of(path) == "first");
  CHECK(content_of(folder.path() / "b.png") == "second");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("a name that is taken by a dangling link, a folder or an empty file is taken")
{
  const FreshFolder folder;
  fs::create_symlink(folder.path() / "nowhere", folder.path() / "link.png");
  fs::create_directory(folder.path() / "folder.png");
  std::ofstream(folder.path() / "empty.png").close();
  auto file = ImageFile::create(folder.path()).value();
  file.write(bytes("image"));
  for (const std::string_view name : {"link.png", "folder.png", "empty.png"}) {
    CAPTURE(name);
    const auto linked = file.link_to(folder.path() / name);
    REQUIRE(linked.has_value());
    CHECK(!*linked);
  }
  CHECK(!fs::exists(folder.path() / "nowhere"));
  CHECK(content_of(folder.path() / "empty.png").empty());
}

TEST_CASE("the permissions of an image are those of any new file of the user's")
{
  const FreshFolder folder;
  const auto before = ::umask(0);
  for (const mode_t mask : {0000, 0022, 0027, 0077}) {
    CAPTURE(mask);
    ::umask(mask);
    const auto path = folder.path() / std::to_string(mask);
    auto file = ImageFile::create(folder.path()).value();
    CHECK(::umask(mask) == mask); // left as it was
    CHECK(file.link_to(path).value());
    struct stat status {
    };
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == (0666 & ~mask));
  }
  ::umask(before);
}

TEST_CASE("a folder that cannot take a file is said and named")
{
  const FreshFolder folder;
  std::ofstream(folder.path() / "file").close();
  for (const auto& path :
       {folder.path() / "absent", folder.path() / "file", folder.path() / "file" / "below"}) {
    CAPTURE(path.string());
    const auto file = ImageFile::create(path);
    REQUIRE(!file);
    CHECK(file.error().failure_class == FailureClass::not_saved);
    CHECK(file.error().message.find(path.string()) != std::string::npos);
  }
}

TEST_CASE("a folder that is gone when the name is given fails, and the bytes are still there")
{
  const FreshFolder folder;
  const auto target = folder.path() / "target";
  fs::create_directory(target);
  auto file = ImageFile::create(target).value();
  file.write(bytes("image"));
  fs::remove_all(target);
  const auto linked = file.link_to(target / "a.png");
  REQUIRE(!linked);
  CHECK(linked.error().failure_class == FailureClass::not_saved);
  CHECK(linked.error().message.find((target / "a.png").string()) != std::string::npos);
  CHECK(content(file) == "image");
}

TEST_CASE("copying keeps every byte")
{
  const FreshFolder folder;
  auto from = ImageFile::create(folder.path()).value();
  std::string text;
  for (int i = 0; i < 100'000; ++i) { // more than one block
    text += std::to_string(i);
  }
  from.write(bytes(text));
  auto to = ImageFile::create(folder.path()).value();
  to.write(bytes(">"));
  copy_bytes(from, to);
  CHECK((content(to) == ">" + text));
}

TEST_CASE("where the disk is full and there is no other place, writing fails and says so")
{
  const FreshFolder folder;
  const auto child = start_child([&] {
    auto file = ImageFile::create(folder.path()).value();
    fill_disk_at(10'000, 10'000);
    file.write(bytes(std::string(4'000, 'a')));
    if (file.write_failure()) {
      return 1;
    }
    file.write(bytes(std::string(100'000, 'b')));
    if (!file.write_failure() || file.write_failure()->failure_class != FailureClass::not_saved) {
      return 2;
    }
    if (file.write_failure()->message.find(folder.path().string()) == std::string::npos) {
      return 3;
    }
    // What had room is kept; later calls do nothing, even if there is room again.
    fill_disk_at(k_no_limit, k_no_limit);
    file.write(bytes("more"));
    return content(file) == std::string(4'000, 'a') + std::string(6'000, 'b') && !file.spilled()
             ? 0
             : 4;
  });
  CHECK(exit_status_of(child) == 0);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("where the disk is full, all of the image goes on in the other place")
{
  const FreshFolder folder;
  const auto target = folder.path() / "target";
  const auto elsewhere = folder.path() / "state" / "recovered"; // made when it is needed
  fs::create_directory(target);
  const auto text = std::string(9'000, 'a') + std::string(700'000, 'b');
  const auto child = start_child([&] {
    auto file = ImageFile::create(target, elsewhere).value();
    fill_disk_at(10'000, k_no_limit);
    file.write(bytes(std::string_view(text).substr(0, 9'000)));
    if (file.spilled() || fs::exists(elsewhere)) {
      return 1;
    }
    file.write(bytes(std::string_view(text).substr(9'000, 300'000)));
    file.write(bytes(std::string_view(text).substr(309'000)));
    if (file.write_failure()) {
      return 2;
    }
    if (!file.spilled() || file.spilled()->failure_class != FailureClass::not_saved) {
      return 3;
    }
    if (file.spilled()->message.find(target.string()) == std::string::npos) {
      return 4;
    }
    const auto linked = file.link_to(elsewhere / "kept.png");
    return linked && *linked ? 0 : 5;
  });
  CHECK(exit_status_of(child) == 0);
  CHECK((content_of(elsewhere / "kept.png") == text));
  CHECK(fs::is_empty(target));
  CHECK(std::distance(fs::directory_iterator(elsewhere), {}) == 1);
}

TEST_CASE("where the other place has less room, what had arrived stays where it was")
{
  const FreshFolder folder;
  const auto target = folder.path() / "target";
  const auto elsewhere = folder.path() / "recovered";
  fs::create_directory(target);
  const auto child = start_child([&] {
    auto file = ImageFile::create(target, elsewhere).value();
    fill_disk_at(10'000, 5'000);
    file.write(bytes(std::string(20'000, 'a')));
    return file.write_failure() && !file.spilled() && content(file) == std::string(10'000, 'a') ? 0
                                                                                                : 1;
  });
  CHECK(exit_status_of(child) == 0);
  CHECK(fs::is_empty(target));
  CHECK(fs::is_empty(elsewhere));
}

TEST_CASE("where the other place runs full later, what had room there is kept")
{
  const FreshFolder folder;
  const auto target = folder.path() / "target";
  fs::create_directory(target);
  const auto child = start_child([&] {
    auto file = ImageFile::create(target, folder.path() / "recovered").value();
    fill_disk_at(10'000, 15'000);
    file.write(bytes(std::string(20'000, 'a')));
    return file.write_failure() && file.spilled() && content(file) == std::string(15'000, 'a') ? 0
                                                                                               : 1;
  });
  CHECK(exit_status_of(child) == 0);
}
