#include "base/base64.hpp"
#include "base/digest.hpp"
#include "child_process.hpp"
#include "fresh_folder.hpp"
#include "memory_sink.hpp"
#include "output/file_sink.hpp"
#include "output/folder.hpp"
#include "output/kept.hpp"
#include "output/pipe_sink.hpp"
#include "output/spool_sink.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using namespace limn::test;
namespace fs = std::filesystem;

namespace {

std::string from_base64(std::string_view text)
{
  std::vector<std::byte> bytes(Base64Decoder::room_for(text.size()));
  Base64Decoder decoder;
  const auto progress = decoder.feed(text, bytes);
  const auto end = decoder.finish(std::span(bytes).subspan(progress.produced));
  return {reinterpret_cast<const char*>(bytes.data()), progress.produced + end.produced};
}

// One transparent pixel each.
const std::string k_png = from_base64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
                                      "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");
const std::string k_gif = from_base64("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
const std::string k_webp = from_base64("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");
const std::string k_svg = R"(<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"></svg>)";

// A folder with the target and the recovered folder in it; neither is there before it is needed.
class Place
{
public:
  explicit Place(std::string name = "a.png") : file_name(std::move(name))
  {
    folder = m_folder.path() / "pictures";
    options.recovered = m_folder.path() / "state" / "recovered";
  }

  std::unique_ptr<ImageSink> sink() const
  {
    if (file_name.empty()) {
      return std::make_unique<FolderSink>(folder, options);
    }
    return std::make_unique<FileSink>(folder, file_name, options);
  }

  Result<SavedImage> save(std::string_view bytes) const
  {
    auto file = sink()->begin().value();
    file.write(std::as_bytes(std::span(bytes)));
    return sink()->commit(std::move(file), facts);
  }

  static std::set<std::string> names_in(const fs::path& folder)
  {
    std::set<std::string> names;
    if (fs::exists(folder)) {
      for (const auto& entry : fs::directory_iterator(folder)) {
        names.insert(entry.path().filename());
      }
    }
    return names;
  }
  std::set<std::string> pictures() const { return names_in(folder); }
  std::set<std::string> recovered() const { return names_in(options.recovered); }

  // The one file in recovered/.
  fs::path kept() const
  {
    const auto names = recovered();
    REQUIRE(names.size() == 1);
    return options.recovered / *names.begin();
  }

  const fs::path& root() const { return m_folder.path(); }

  fs::path folder;
  std::string file_name; // empty: as the template says
  SinkOptions options;
  NameFacts facts{"A cat", "work", "gpt-image-2", {}, 1};

private:
  FreshFolder m_folder;
};

bool names(const Failure& failure, const fs::path& path)
{
  return failure.message.find(path.string()) != std::string::npos;
}

} // namespace

TEST_CASE("an image is saved with what its bytes say")
{
  Place place;
  place.options.digest = ImageDigest::sha256;
  REQUIRE(place.sink()->check_writable());
  const auto saved = place.save(k_png);
  REQUIRE(saved.has_value());
  CHECK(saved->path == place.folder / "a.png");
  CHECK(content_of(saved->path) == k_png);
  CHECK(saved->format == ImageFormat::png);
  CHECK((saved->size == Size{1, 1}));
  CHECK(saved->bytes == k_png.size());
  Sha256 digest;
  digest.update(std::as_bytes(std::span(k_png)));
  CHECK(saved->sha256 == digest.hex());
  CHECK(place.recovered().empty());
}

TEST_CASE("nobody pays for a digest that was not asked for")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  CHECK(place.save(k_png).value().sha256.empty());
}

TEST_CASE("a name that is taken is never overwritten")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  std::ofstream(place.folder / "a.png") << "mine";
  CHECK(place.save(k_png).value().path.filename() == "a-2.png");
  CHECK(place.save(k_png).value().path.filename() == "a-3.png");
  CHECK(place.save(k_gif).value().path.filename() == "a.gif");
  CHECK(content_of(place.folder / "a.png") == "mine");
  CHECK(place.pictures() == std::set<std::string>{"a.png", "a-2.png", "a-3.png", "a.gif"});
}

TEST_CASE("a free number is found in few questions, however many are taken")
{
  for (const int taken : {0, 1, 2, 5, 9, 10, 11, 12, 13, 100, 2'999, 3'000, 100'000, 999'998}) {
    for (const int from : {1, 2, 7, 50}) {
      int questions = 0;
      const int free = free_number(from, [&](int number) {
        ++questions;
        return number <= taken;
      });
      CHECK(free == std::max(from, taken + 1));
      CHECK(questions <= 60);
    }
  }
  const std::set<int> with_gaps{1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13};
  CHECK(free_number(1, [&](int number) { return with_gaps.contains(number); }) == 3);
  CHECK(free_number(4, [&](int number) { return with_gaps.contains(number); }) == 12);
}

TEST_CASE("the 3,000th image of a name tries one name, and a second one where another was faster")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  const auto& folder = place.folder;
  std::ofstream(folder / "a.png") << "mine";
  for (int number = 2; number < 3'000; ++number) {
    std::ofstream(folder / ("a-" + std::to_string(number) + ".png")) << "mine";
  }
  std::vector<std::string> tried;
  const auto take = [&](const fs::path& path) -> Result<bool> {
    tried.push_back(path.filename());
    return tried.size() > 1;
  };
  CHECK(first_free_name(folder, "a", "png", take).value() == folder / "a-3001.png");
  CHECK(tried == std::vector<std::string>{"a-3000.png", "a-3001.png"});
  CHECK(place.save(k_png).value().path == folder / "a-3000.png");
}

TEST_CASE("the extension is that of the bytes, whatever name was asked for")
{
  struct Row {
    std::string_view asked;
    const std::string& bytes;
    std::string_view saved;
  };
  for (const auto& row : std::vector<Row>{
         {"cat.png", k_png, "cat.png"},
         {"cat.png", k_webp, "cat.webp"},
         {"cat.jpg", k_png, "cat.png"},
         {"cat.JPEG", k_png, "cat.png"},
         {"cat.PNG", k_png, "cat.png"},
         {"cat", k_gif, "cat.gif"},
         {"cat.v2", k_png, "cat.v2.png"},
         {"cat.v2.jpg", k_svg, "cat.v2.svg"},
         {"cat.", k_png, "cat..png"},
       }) {
    CAPTURE(row.asked);
    const Place place{std::string(row.asked)};
    REQUIRE(place.sink()->check_writable());
    const auto saved = place.save(row.bytes);
    REQUIRE(saved.has_value());
    CHECK(saved->path.filename() == row.saved);
  }
}

TEST_CASE("without a name of the user's, the template gives one")
{
  Place place("");
  place.options.name_template = "{slug}-{n}";
  place.facts.number = 2;
  REQUIRE(place.sink()->check_writable());
  CHECK(place.save(k_png).value().path == place.folder / "a-cat-2.png");
}

TEST_CASE(
  "a folder that is not there is made before anything is paid for, and nothing is left in it")
{
  Place place;
  place.folder = place.root() / "a" / "b" / "c";
  REQUIRE(place.sink()->check_writable());
  CHECK(fs::is_directory(place.folder));
  CHECK(fs::is_empty(place.folder));
  REQUIRE(place.sink()->check_writable());
}

TEST_CASE("a folder that cannot be one is said before anything is paid for")
{
  Place place;
  std::ofstream(place.root() / "file").close();
  for (const auto& folder : {place.root() / "file", place.root() / "file" / "below"}) {
    place.folder = folder;
    const auto checked = place.sink()->check_writable();
    REQUIRE(!checked);
    CHECK(checked.error().failure_class == FailureClass::not_saved);
    CHECK(names(checked.error(), folder));
    CHECK(!checked.error().hint.empty());
  }
}

TEST_CASE("bytes that are no whole image are kept in recovered, and the message says where")
{
  for (const std::string_view bytes :
       {std::string_view("{\"error\":1}"), std::string_view(k_png).substr(0, 50),
        std::string_view(k_webp).substr(0, 30)}) {
    const Place place;
    REQUIRE(place.sink()->check_writable());
    const auto saved = place.save(bytes);
    REQUIRE(!saved);
    CHECK(saved.error().failure_class == FailureClass::bad_image);
    CHECK(content_of(place.kept()) == bytes);
    CHECK(names(saved.error(), place.kept()));
    CHECK(place.pictures().empty());
  }
}

TEST_CASE("nothing at all is no image, and there is nothing to keep")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  const auto saved = place.save("");
  REQUIRE(!saved);
  CHECK(saved.error().failure_class == FailureClass::bad_image);
  CHECK(place.recovered().empty());
  CHECK(place.pictures().empty());
}

TEST_CASE("what is recovered is for its owner alone")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  REQUIRE(!place.save("no image"));
  CHECK((fs::status(place.options.recovered).permissions() & fs::perms::mask)
        == fs::perms::owner_all);
}

TEST_CASE("an image that is whole keeps its extension in recovered, and two of one second both "
          "have a place")
{
  const Place place;
  for (int i = 0; i < 2; ++i) {
    auto file = place.sink()->begin().value();
    file.write(std::as_bytes(std::span(k_png)));
    const auto kept = place.sink()->keep(std::move(file), k_cut_extension);
    REQUIRE(kept.has_value());
    CHECK(kept->extension() == ".png");
    CHECK(content_of(*kept) == k_png);
  }
  CHECK(place.recovered().size() == 2);
}

TEST_CASE("a target folder that is gone by the end leaves the image in recovered")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  auto file = place.sink()->begin().value();
  file.write(std::as_bytes(std::span(k_png)));
  fs::remove_all(place.folder);
  const auto saved = place.sink()->commit(std::move(file), place.facts);
  REQUIRE(!saved);
  CHECK(saved.error().failure_class == FailureClass::not_saved);
  CHECK(content_of(place.kept()) == k_png);
  CHECK(place.kept().extension() == ".png");
  CHECK(names(saved.error(), place.kept()));
  CHECK(!fs::exists(place.folder));
}

TEST_CASE("a target folder that is gone in the middle does not stop an image from arriving")
{
  const Place place; // its folder is not there
  auto file = place.sink()->begin();
  REQUIRE(file.has_value());
  file->write(std::as_bytes(std::span(k_png)));
  const auto saved = place.sink()->commit(std::move(*file), place.facts);
  REQUIRE(!saved);
  CHECK(saved.error().failure_class == FailureClass::not_saved);
  CHECK(content_of(place.kept()) == k_png);
}

TEST_CASE("where recovered cannot be made either, the message says so")
{
  Place place;
  REQUIRE(place.sink()->check_writable());
  std::ofstream(place.root() / "file").close();
  place.options.recovered = place.root() / "file" / "recovered";
  const auto saved = place.save("no image");
  REQUIRE(!saved);
  CHECK(saved.error().failure_class == FailureClass::bad_image);
  CHECK(names(saved.error(), place.options.recovered));
}

TEST_CASE("a disk that runs full while an image arrives leaves all of it in recovered")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  const auto comment = "<!--" + std::string(200'000, 'x') + "-->";
  const auto image = k_svg.substr(0, k_svg.size() - 6) + comment + "</svg>";
  const auto child = start_child([&] {
    fill_disk_at(20'000, k_no_limit);
    const auto saved = place.save(image);
    if (saved || saved.error().failure_class != FailureClass::not_saved) {
      return 1;
    }
    const auto kept = Place::names_in(place.options.recovered);
    return kept.size() == 1 && names(saved.error(), place.options.recovered / *kept.begin()) ? 0
                                                                                             : 2;
  });
  CHECK(exit_status_of(child) == 0);
  CHECK((content_of(place.kept()) == image));
  CHECK(place.kept().extension() == ".svg");
  CHECK(place.pictures().empty());
}

TEST_CASE("images of several processes with the same name all land")
{
  const Place place;
  REQUIRE(place.sink()->check_writable());
  constexpr int k_processes = 6;
  constexpr int k_images = 10;
  std::vector<pid_t> children;
  for (int process = 0; process < k_processes; ++process) {
    children.push_back(start_child([&place, process] {
      for (int i = 0; i < k_images; ++i) {
        const auto image =
          k_svg + "<!-- " + std::to_string(process) + "-" + std::to_string(i) + " -->";
        const auto saved = place.save(image);
        if (!saved || content_of(saved->path) != image) {
          return 1;
        }
      }
      return 0;
    }));
  }
  for (const auto child : children) {
    CHECK(exit_status_of(child) == 0);
  }
  std::set<std::string> images;
  for (const auto& name : place.pictures()) {
    images.insert(content_of(place.folder / name));
  }
  CHECK(place.pictures().size() == k_processes * k_images);
  CHECK(images.size() == k_processes * k_images);
  CHECK(place.pictures().contains("a.svg"));
  CHECK(place.pictures().contains("a-" + std::to_string(k_processes * k_images) + ".svg"));
}

namespace {

ImageFile file_of(ImageSink& sink, std::string_view bytes)
{
  auto file = sink.begin().value();
  file.write(std::as_bytes(std::span(bytes)));
  return file;
}

} // namespace

TEST_CASE("a pipe takes the bytes of one image, and no second one behind it")
{
  Place place;
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  PipeSink sink(ends[1], "/dev/stdout", place.options);
  REQUIRE(sink.check_writable());
  const auto sent = sink.commit(file_of(sink, k_png), place.facts);
  REQUIRE(sent.has_value());
  CHECK(sent->path == "/dev/stdout");
  CHECK(place.recovered().empty());

  place.facts.number = 2;
  const auto second = sink.commit(file_of(sink, k_gif), place.facts);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().failure_class == FailureClass::not_saved);
  CHECK(names(second.error(), place.kept()));
  CHECK(content_of(place.kept()) == k_gif);

  ::close(ends[1]);
  std::string arrived(k_png.size() + 1, '\0');
  CHECK(::read(ends[0], arrived.data(), arrived.size()) == static_cast<ssize_t>(k_png.size()));
  arrived.pop_back();
  CHECK(arrived == k_png);
  ::close(ends[0]);
  CHECK_FALSE(fs::exists(place.folder));
}

TEST_CASE("what a pipe's reader does not take lies in recovered")
{
  Place place;
  place.options.name_template = "{slug}";
  std::array<int, 2> ends{};
  std::array<int, 2> interrupt{};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::pipe(interrupt.data()) == 0);
  const auto comment = "<!--" + std::string(200'000, 'x') + "-->"; // more than a pipe holds
  const auto image = k_svg.substr(0, k_svg.size() - 6) + comment + "</svg>";
  PipeSink sink(ends[1], "/dev/stdout", place.options);
  REQUIRE(sink.check_writable());
  sink.interrupt_with(interrupt[0]);
  REQUIRE(::write(interrupt[1], "i", 1) == 1);
  const auto sent = sink.commit(file_of(sink, image), place.facts);
  REQUIRE_FALSE(sent.has_value());
  CHECK(sent.error().failure_class == FailureClass::cancelled);
  CHECK(place.kept().filename() == "a-cat.svg");
  CHECK(names(sent.error(), place.kept()));
  CHECK((content_of(place.kept()) == image));
  for (const int end : {ends[0], ends[1], interrupt[0], interrupt[1]}) {
    ::close(end);
  }
}

TEST_CASE("the digest of an image that moved to recovered on its way is that of all its bytes")
{
  Place place;
  place.options.digest = ImageDigest::sha256;
  REQUIRE(place.sink()->check_writable());
  const auto image = k_svg.substr(0, k_svg.size() - 6) + std::string(100'000, ' ') + "</svg>";
  Sha256 digest;
  digest.update(std::as_bytes(std::span(image)));
  const auto expected = digest.hex();
  const auto child = start_child([&] {
    fill_disk_at(20'000, k_no_limit);
    auto file = place.sink()->begin().value();
    for (std::size_t at = 0; at < image.size(); at += 7'000) {
      file.write(std::as_bytes(std::span(image))
                   .subspan(at, std::min<std::size_t>(7'000, image.size() - at)));
    }
    return file.spilled() && file.take_sha256() == expected ? 0 : 1;
  });
  CHECK(exit_status_of(child) == 0);
}

TEST_CASE("a spooled image can be read from the moment it is whole, and is removed once it was "
          "taken")
{
  Place place;
  place.options.name_template = "{slug}";
  place.options.digest = ImageDigest::sha256;
  SpoolSink sink(place.options);
  REQUIRE(sink.check_writable());
  auto next = sink.begin().value(); // another one still arrives
  const auto saved = sink.commit(file_of(sink, k_png), place.facts);
  REQUIRE(saved.has_value());
  CHECK(saved->path == place.options.recovered / "a-cat.png");
  CHECK(content_of(saved->path) == k_png);
  auto spooled = sink.take(saved->path);
  REQUIRE(spooled.has_value());
  CHECK_FALSE(sink.take(saved->path).has_value());
  CHECK(spooled->image().sha256 == saved->sha256);
  CHECK(spooled->size() == k_png.size());
  CHECK(bytes_of(*spooled) == k_png);
  CHECK(fs::exists(saved->path)); // until its last byte was handed on
  spooled->taken();
  CHECK(place.recovered().empty());
  CHECK(bytes_of(*spooled) == k_png);
  next.write(std::as_bytes(std::span(k_gif)));
  CHECK(sink.commit(std::move(next), place.facts).value().path
        == place.options.recovered / "a-cat.gif");
}

TEST_CASE("a spooled image that nobody takes stays in recovered, and is left alone while somebody "
          "might")
{
  Place place;
  place.options.name_template = "{slug}";
  const auto listed = [&] { return kept_files(place.options.recovered, {}).value().size(); };
  {
    SpoolSink sink(place.options);
    REQUIRE(sink.check_writable());
    const auto first = sink.commit(file_of(sink, k_png), place.facts).value();
    REQUIRE(sink.commit(file_of(sink, k_png), place.facts));
    {
      const auto spooled = sink.take(first.path);
      CHECK(listed() == 0);
    }
    CHECK(listed() == 1); // whoever read it went away
  }
  CHECK(listed() == 2);
  CHECK(place.recovered() == std::set<std::string>{"a-cat.png", "a-cat-2.png"});
}

TEST_CASE("what is no whole image is not spooled")
{
  const Place place;
  SpoolSink sink(place.options);
  REQUIRE(sink.check_writable());
  const auto saved = sink.commit(file_of(sink, "no image"), place.facts);
  REQUIRE_FALSE(saved.has_value());
  CHECK(saved.error().failure_class == FailureClass::bad_image);
  CHECK(content_of(place.kept()) == "no image");
  CHECK_FALSE(sink.take(place.kept()).has_value());
}

TEST_CASE("an image is announced by its name and its file before it has that name")
{
  const Place place;
  std::vector<fs::path> announced;
  std::uint64_t inode = 0;
  FolderSink sink(place.folder, {"{slug}", place.options.recovered},
                  [&](const SavedImage& image, std::uint64_t number) {
                    CHECK_FALSE(fs::exists(image.path));
                    announced.push_back(image.path);
                    inode = number;
                  });
  REQUIRE(sink.check_writable());
  const auto saved = sink.commit(file_of(sink, k_png), place.facts).value();
  CHECK(announced == std::vector<fs::path>{saved.path});
  struct stat status {
  };
  REQUIRE(::stat(saved.path.c_str(), &status) == 0);
  CHECK(status.st_ino == inode);
}
