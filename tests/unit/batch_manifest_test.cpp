#include "batch/manifest.hpp"
#include "batch/manifest_line.hpp"
#include "batch/record.hpp"
#include "batch/resume.hpp"
#include "fresh_folder.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <limits>

namespace limn::test {

namespace {

std::string line(const std::string& id, ItemState state, std::vector<NotedImage> images = {},
                 const std::string& digest = "d")
{
  ManifestLine line;
  line.id = id;
  line.line = 1;
  line.digest = digest;
  line.state = state;
  line.images = std::move(images);
  line.cost = {Cost::Basis::usage, k_usd / 4};
  return line_of(line);
}

NotedImage image(const std::filesystem::path& path)
{
  return {path, R"({"path":")" + path.string() + R"(","format":"png"})"};
}

BatchItem named_item(const std::string& id, const std::string& digest = "d")
{
  BatchItem item;
  item.id = id;
  item.line = 7;
  item.digest = digest;
  return item;
}

InFlight in_flight(const std::string& id, int wanted)
{
  InFlight item;
  item.id = id;
  item.line = 1;
  item.digest = "d";
  item.wanted = wanted;
  item.estimate = {Cost::Basis::estimate, k_usd};
  return item;
}

// How the items stand once the lines for them are written.
std::map<std::string, ManifestEntry> recovered(const std::filesystem::path& journal,
                                               const ManifestContent& before = {})
{
  auto content = before;
  for (const auto& text : lines_of_unended(read_journal(journal).value(), before)) {
    take_line(content, text, before.whole_size);
  }
  return content.entries;
}

std::uint64_t inode_of(const std::filesystem::path& file)
{
  struct ::stat status {
  };
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_ino;
}

} // namespace

TEST_CASE("The latest line of an id counts, and all lines were paid for")
{
  const FreshFolder folder;
  const auto file =
    folder.write("m", line("a", ItemState::failed) + "\n\n" + line("b", ItemState::unknown) + "\n"
                        + line("a", ItemState::done, {image("/x.png")}) + "\n");
  const auto content = read_manifest(file);
  REQUIRE(content);
  CHECK(content->entries.size() == 2);
  CHECK(content->entries.at("a").state == ItemState::done);
  CHECK(content->entries.at("a").images.at(0).path == "/x.png");
  CHECK(content->entries.at("b").state == ItemState::unknown);
  CHECK(content->spent.amount == 3 * k_usd / 4);
  CHECK_FALSE(content->was_cut);
}

TEST_CASE("Wherever the last line is cut, nothing before it is lost and what it tells is kept")
{
  const FreshFolder folder;
  const auto first = line("a", ItemState::done) + "\n";
  const auto last = line("b", ItemState::done, {image("/b,}\\\".png")});
  const auto state_is_whole = last.find("\"images\"");
  const auto images_are_whole = last.find("\"cost\"");
  const auto digest_is_whole = last.find("\"state\"");
  for (std::size_t size = 1; size <= last.size(); ++size) {
    CAPTURE(size);
    const auto file = folder.write("m", first + last.substr(0, size));
    {
      const auto manifest = Manifest::open(file);
      REQUIRE(manifest);
      CHECK(manifest->content().was_cut);
    }
    const auto content = read_manifest(file);
    REQUIRE(content);
    CHECK_FALSE(content->was_cut);
    CHECK(content->entries.at("a").state == ItemState::done);
    const auto entry = content->entries.find("b");
    CHECK((entry != content->entries.end()) == (size >= digest_is_whole));
    if (size >= images_are_whole) {
      CHECK(entry->second.state == ItemState::done);
      CHECK(entry->second.images.size() == 1);
    } else if (size >= state_is_whole) {
      CHECK(entry->second.state == ItemState::unknown);
    }
  }
}

TEST_CASE("One at a time has a manifest")
{
  const FreshFolder folder;
  const auto file = folder.path() / "m";
  auto first = Manifest::open(file);
  REQUIRE(first);
  const auto second = Manifest::open(file);
  REQUIRE_FALSE(second);
  CHECK(second.error().failure_class == FailureClass::usage);
  first = fail(FailureClass::internal, "it goes");
  CHECK(Manifest::open(file));
  CHECK_FALSE(Manifest::open(folder.path()));
}

TEST_CASE("A file of something else is neither cut nor written over")
{
  const FreshFolder folder;
  const auto notes = folder.write("notes", "no line end behind this");
  CHECK_FALSE(Manifest::open(notes));
  CHECK(content_of(notes) == "no line end behind this");
  CHECK_FALSE(read_journal(notes));
  std::filesystem::create_symlink(notes, folder.path() / "link");
  CHECK_FALSE(Journal::begin(folder.path() / "link", 0));
  CHECK(content_of(notes) == "no line end behind this");
}

TEST_CASE("What a killed run left in its journal")
{
  const FreshFolder folder;
  const auto path = folder.path() / "m.running";
  const auto here = image(folder.write("here.png", "x"));
  const auto too = image(folder.write("too.png", "y"));
  const auto gone = image(folder.path() / "gone.png");
  {
    auto journal = Journal::begin(path, 0);
    REQUIRE(journal);
    for (const auto& [id, wanted] : {std::pair{"open", 1},
                                     {"came", 1},
                                     {"half", 2},
                                     {"refused", 1},
                                     {"rest refused", 2},
                                     {"gone", 1},
                                     {"named", 1},
                                     {"not yet named", 1},
                                     {"another's", 1},
                                     {"two at once", 2}}) {
      REQUIRE(journal->asked(in_flight(id, wanted)));
    }
    for (const auto* id : {"came", "rest refused"}) {
      REQUIRE(journal->image_came(id, here));
    }
    REQUIRE(journal->image_came("gone", gone));
    const auto its_own = inode_of(here.path);
    REQUIRE(journal->naming("named", here, its_own));
    REQUIRE(journal->naming("not yet named", gone, its_own));
    REQUIRE(journal->naming("another's", here, its_own + 1));
    REQUIRE(journal->naming("half", here, its_own)); // the one that came
    REQUIRE(journal->image_came("half", here));
    REQUIRE(journal->naming("two at once", here, its_own));
    REQUIRE(journal->naming("two at once", too, inode_of(too.path)));
    REQUIRE(journal->image_came("two at once", too));
    REQUIRE(journal->settled("refused"));
    REQUIRE(journal->settled("rest refused"));
    auto again = in_flight("again", 3);
    again.images = {here, here};
    REQUIRE(journal->asked(again));
    REQUIRE(journal->image_came("again", here));
  }
  const auto entries = recovered(path);
  CHECK(entries.size() == 10);
  ManifestContent content;
  for (const auto& text : lines_of_unended(*read_journal(path), {})) {
    take_line(content, text, 0);
  }
  CHECK(content.spent == Cost{Cost::Basis::estimate, 10 * k_usd}); // none of it is forgotten
  CHECK(entries.at("open").state == ItemState::unknown);
  CHECK(entries.at("came").state == ItemState::done);
  CHECK(entries.at("half").state == ItemState::unknown);
  CHECK(entries.at("half").images.size() == 1);
  CHECK(entries.count("refused") == 0); // it is simply asked for again
  CHECK(entries.at("rest refused").state == ItemState::failed);
  CHECK(entries.at("rest refused").images.size() == 1);
  CHECK(entries.at("gone").state == ItemState::unknown);
  CHECK(entries.at("named").state == ItemState::done);
  CHECK(entries.at("named").images.size() == 1);
  CHECK(entries.at("not yet named").state == ItemState::unknown);
  CHECK(entries.at("another's").state == ItemState::unknown);
  CHECK(entries.at("another's").images.empty());
  CHECK(entries.at("two at once").state == ItemState::done);
  CHECK(entries.at("two at once").images.size() == 2);
  CHECK(entries.at("again").state == ItemState::done);
}

TEST_CASE("The inode of a named image is read as it was written, whatever its bits")
{
  const FreshFolder folder;
  const auto path = folder.path() / "m.running";
  for (const auto inode : {std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()}) {
    auto journal = Journal::begin(path, 0);
    REQUIRE(journal->asked(in_flight("a", 1)));
    REQUIRE(journal->naming("a", image("/x.png"), inode));
    const auto content = read_journal(path);
    REQUIRE(content->items.front().naming.size() == 1);
    CHECK(content->items.front().naming.front().inode == inode);
  }
}

TEST_CASE("A key that a gateway sends back with an image does not get into the journal")
{
  const FreshFolder folder;
  const auto path = folder.path() / "m.running";
  Redactor redactor;
  redactor.add(Secret("sk-canary-of-the-journal"));
  const NotedImage told{"/x.png",
                        R"({"path":"/x.png","revised_prompt":"sk-canary-of-the-journal"})"};
  Record record(redactor, *Manifest::open(folder.path() / "m"), *Journal::begin(path, 0));
  auto item = in_flight("a", 3);
  item.images = {told};
  SavedImage saved;
  saved.path = "/x.png";
  saved.revised_prompt = "sk-canary-of-the-journal";
  const auto claim = record.claim(item);
  record.may_spend(claim, {}, [](const Done& may) { CHECK(may); });
  record.naming(claim, saved, 1);
  record.image_saved(claim, saved);
  CHECK_FALSE(record.failure());
  CHECK(read_journal(path)->items.at(0).images.size() == 2);
  CHECK(content_of(path).find("canary") == std::string::npos);
}

TEST_CASE("A line of the run itself says more than its journal; one of an earlier run does not")
{
  const FreshFolder folder;
  const auto path = folder.path() / "m.running";
  const auto before = line("a", ItemState::failed) + "\n" + line("b", ItemState::failed) + "\n";
  REQUIRE(Journal::begin(path, before.size())->asked(in_flight("a", 1)));
  {
    const auto manifest = read_manifest(folder.write("m", before));
    CHECK(recovered(path, *manifest).at("a").state == ItemState::unknown);
  }
  const auto manifest = read_manifest(
    folder.write("m", before + line("a", ItemState::done, {image("/gone.png")}) + "\n"));
  CHECK(lines_of_unended(*read_journal(path), *manifest).empty());
  // Of a line that was cut before it told the end the journal knows more.
  const auto cut = line("a", ItemState::done);
  const auto guessed =
    read_manifest(folder.write("m", before + cut.substr(0, cut.find("\"state\""))));
  CHECK(guessed->guessed == "a");
  CHECK(lines_of_unended(*read_journal(path), *guessed).size() == 1);
}

TEST_CASE("What a run has to do for items of earlier runs")
{
  ManifestContent manifest;
  take_line(manifest, line("done", ItemState::done, {image("/x.png")}), 0);
  take_line(manifest, line("unknown", ItemState::unknown), 0);
  take_line(manifest, line("half", ItemState::failed, {image("/x.png")}), 0);
  take_line(manifest, line("changed", ItemState::failed, {image("/x.png")}), 0);
  const std::vector<BatchItem> items{named_item("new"), named_item("done"), named_item("unknown"),
                                     named_item("half"), named_item("changed", "another")};
  Mistakes mistakes("f");
  auto tasks = tasks_of(items, manifest, DuplicateCharge::refused, mistakes);
  CHECK(mistakes.empty());
  REQUIRE(tasks.size() == 5);
  CHECK(tasks[0].to_do == ToDo::draw);
  CHECK(tasks[1].to_do == ToDo::nothing);
  CHECK(tasks[2].to_do == ToDo::leave_open);
  CHECK(tasks[3].to_do == ToDo::draw);
  CHECK(tasks[3].images.size() == 1);
  CHECK(tasks[4].to_do == ToDo::draw);
  CHECK(tasks[4].images.empty()); // they show something else
  tasks = tasks_of(items, manifest, DuplicateCharge::allowed, mistakes);
  CHECK(tasks[1].to_do == ToDo::nothing);
  CHECK(tasks[2].to_do == ToDo::draw);

  for (const auto* id : {"done", "unknown"}) {
    Mistakes changed("f");
    tasks_of({named_item(id, "another")}, manifest, DuplicateCharge::allowed, changed);
    CHECK(changed.lines().size() == 1);
  }
}

} // namespace limn::test
