#include "fresh_folder.hpp"
#include "memory/history.hpp"
#include "memory/history_lines.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace limn;
using test::FreshFolder;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_patience{50};

PastAttempt::Time at(std::int64_t second)
{
  return PastAttempt::Time(std::chrono::seconds(1'800'000'000 + second));
}

PastAttempt sent(std::string id, std::string prompt, std::int64_t second)
{
  PastAttempt attempt;
  attempt.id = std::move(id);
  attempt.time = at(second);
  attempt.process = 1;
  attempt.door = "generate";
  attempt.prompt = std::move(prompt);
  attempt.parameters = R"({"size":"1024x1024","n":1})";
  attempt.gateway = "work";
  attempt.provider = "openai_images";
  attempt.model = "gpt-image-2";
  attempt.size = "1024x1024";
  attempt.may_have_cost = true;
  attempt.cost.basis = Cost::Basis::unknown;
  return attempt;
}

PastAttempt drawn(PastAttempt attempt, int images, NanoUsd cost)
{
  attempt.state = PastAttempt::State::ended;
  attempt.images = images;
  attempt.elapsed = milliseconds(12'000);
  attempt.cost = {Cost::Basis::usage, cost};
  return attempt;
}

PastImage image_of(const PastAttempt& attempt, std::string id)
{
  PastImage past;
  past.id = std::move(id);
  past.attempt = attempt.id;
  past.time = attempt.time + std::chrono::seconds(1);
  past.image.path = "/pictures/" + past.id + ".png";
  past.image.size = {1024, 1024};
  past.image.bytes = 1000;
  return past;
}

History opened(const std::filesystem::path& folder)
{
  auto history = History::open(folder, k_patience);
  REQUIRE_MESSAGE(history.has_value(), (history ? "" : history.error().message));
  return std::move(*history);
}

void write(History& history, std::vector<HistoryNote> notes)
{
  const auto written = history.write(notes);
  REQUIRE_MESSAGE(written.has_value(), (written ? "" : written.error().message));
}

std::vector<std::string> ids(History& history, const HistoryQuery& query = {})
{
  const auto found = history.find(query);
  REQUIRE(found.has_value());
  std::vector<std::string> result;
  for (const auto& entry : *found) {
    result.push_back(entry.id());
  }
  return result;
}

// Another process that has the database, for as long as this lives.
class Holder
{
public:
  explicit Holder(const std::filesystem::path& file)
  {
    REQUIRE(::sqlite3_open(file.c_str(), &m_database) == SQLITE_OK);
    REQUIRE(::sqlite3_exec(m_database, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { ::sqlite3_close(m_database); }

private:
  sqlite3* m_database = nullptr;
};

} // namespace

TEST_CASE("history: what was drawn is found again, newest first, an entry an image")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  const auto fox = drawn(sent("attempt111", "a fox in the snow", 1), 2, 50);
  const auto bear = drawn(sent("attempt222", "a bear", 2), 1, 70);
  write(history, {fox, image_of(fox, "aaaaaaaaaa"), image_of(fox, "abbbbbbbbb")});
  write(history, {bear, image_of(bear, "cccccccccc")});

  CHECK(ids(history) == std::vector<std::string>{"cccccccccc", "abbbbbbbbb", "aaaaaaaaaa"});
  HistoryQuery query;
  query.words = {"SNOW", "fox"};
  CHECK(ids(history, query) == std::vector<std::string>{"abbbbbbbbb", "aaaaaaaaaa"});
  query.words = {"fox", "bear"};
  CHECK(ids(history, query).empty());
  query = {};
  query.most = 1;
  CHECK(ids(history, query) == std::vector<std::string>{"cccccccccc"});
  query = {};
  query.since = at(2);
  CHECK(ids(history, query) == std::vector<std::string>{"cccccccccc"});
  query = {};
  query.gateway = "elsewhere";
  CHECK(ids(history, query).empty());

  CHECK(history.entry("last")->id() == "cccccccccc");
  CHECK(history.entry("ccc")->attempt.prompt == "a bear");
  CHECK(history.entry("abb")->image->image.path == "/pictures/abbbbbbbbb.png");
  CHECK(history.entry("zzz").error().failure_class == FailureClass::usage);
}

TEST_CASE("history: who goes on behind an entry misses none and sees none twice")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  std::vector<HistoryNote> notes;
  for (int i = 0; i < 7; ++i) { // several at one time, and several images of one attempt
    const auto attempt =
      drawn(sent("attempt000" + std::to_string(i), "a fox", i / 3), 2, k_usd / 100);
    notes.emplace_back(attempt);
    for (const auto* image : {"imageone0", "imagetwo0"}) {
      notes.emplace_back(image_of(attempt, image + std::to_string(i)));
    }
  }
  notes.emplace_back(sent("attemptnone", "a fox", 1)); // without an image
  REQUIRE(history.write(notes));
  const auto all = *history.find({});
  REQUIRE(all.size() == 15);
  std::vector<std::string> seen;
  HistoryQuery query;
  query.most = 2;
  for (auto page = *history.find(query); !page.empty(); page = *history.find(query)) {
    for (const auto& entry : page) {
      seen.push_back(entry.id());
    }
    query.behind = page.back().place;
    if (seen.size() == 4) { // what goes moves nothing
      REQUIRE(history.forget(all[3]));
    }
  }
  REQUIRE(seen.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(seen[i] == all[i].id());
  }
}

TEST_CASE("history: an id is found by its first letters only where they are one's alone")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  const auto fox = drawn(sent("attempt111", "a fox", 1), 2, 50);
  write(history, {fox, image_of(fox, "abcaaaaaaa"), image_of(fox, "abcbbbbbbb")});
  CHECK(history.entry("abca")->id() == "abcaaaaaaa");
  CHECK(history.entry("abc").error().message == "'abc' begins more than one id");
  CHECK(history.entry("ab").error().message == "'ab' is no id of the history");
  CHECK(history.entry("%").error().failure_class == FailureClass::usage);
}

TEST_CASE("history: words are found in every script, in capital letters and small ones")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  struct Row {
    const char* prompt;
    const char* word;
    bool is_found;
  };
  constexpr std::array<Row, 9> rows{{
    {"ÄRGER mit dem Bären", "ärger", true},
    {"ÄRGER mit dem Bären", "BÄR", true},
    {"ÄRGER mit dem Bären", "Arger", false},
    {"雪の中の狐", "狐", true},
    {"ЛИСА в снегу", "лиса", true},
    {"100% wool", "100%", true},
    {"100 sheep", "100%", false},
    {"a_b", "a_b", true},
    {"axb", "a_b", false},
  }};
  std::int64_t second = 0;
  for (const auto& row : rows) {
    CAPTURE(row.prompt);
    CAPTURE(row.word);
    const auto id = "attempt" + std::to_string(100 + ++second);
    const auto attempt = drawn(sent(id, row.prompt, second), 1, 1);
    write(history, {attempt, image_of(attempt, "image" + std::to_string(10000 + second))});
    HistoryQuery query;
    query.words = {row.word};
    query.since = at(second);
    CHECK(ids(history, query).size() == (row.is_found ? 1 : 0));
  }
}

TEST_CASE("history: what was sent and never told is an entry; what cost nothing after all is none")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  const auto lost = sent("attempt111", "lost", 1);
  auto refused = sent("attempt222", "refused", 2);
  write(history, {lost, refused});
  CHECK(ids(history) == std::vector<std::string>{"attempt222", "attempt111"});
  refused.state = PastAttempt::State::ended;
  refused.failure_class = "billing";
  refused.may_have_cost = false;
  refused.cost = {};
  write(history, {refused});
  CHECK(ids(history) == std::vector<std::string>{"attempt111"});
  HistoryQuery query;
  query.without_image = true;
  CHECK(ids(history, query) == std::vector<std::string>{"attempt111"});
  const auto spent = history.spending(SpendBy::all, {});
  REQUIRE(spent.has_value());
  CHECK(spent->front().requests == 1);
  CHECK(spent->front().unknown == 1);
}

TEST_CASE("history: a line that comes late does not take back how an attempt ended")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  const auto begun = sent("attempt111", "a fox", 1);
  write(history, {image_of(begun, "aaaaaaaaaa")});
  write(history, {drawn(begun, 1, 5)});
  write(history, {begun});
  const auto entry = history.entry("aaaaaaaaaa");
  REQUIRE(entry.has_value());
  CHECK(entry->attempt.state == PastAttempt::State::ended);
  CHECK(entry->attempt.cost == Cost{Cost::Basis::usage, 5});
}

TEST_CASE("history: spending is summed exactly, by how it is known")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  auto estimate = drawn(sent("attempt222", "b", 2), 1, 40);
  estimate.cost.basis = Cost::Basis::estimate;
  estimate.gateway = "home";
  auto bound = drawn(sent("attempt333", "c", 3), 1, 200);
  bound.cost.basis = Cost::Basis::bound;
  write(history, {drawn(sent("attempt111", "a", 1), 3, 31), drawn(sent("attempt444", "d", 4), 1, 1),
                  estimate, bound, sent("attempt555", "e", 5)});
  const auto all = history.spending(SpendBy::all, {});
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 1);
  CHECK(all->front().usage == 32);
  CHECK(all->front().estimate == 40);
  CHECK(all->front().bound == 200);
  CHECK(all->front().unknown == 1);
  CHECK(all->front().images == 6);
  CHECK(all->front().requests == 5);
  const auto gateways = history.spending(SpendBy::gateway, {});
  REQUIRE(gateways->size() == 2);
  CHECK(gateways->front().name == "home");
  CHECK(gateways->back().usage == 32);
  HistoryQuery since;
  since.since = at(4);
  CHECK(history.spending(SpendBy::all, since)->front().usage == 1);
  CHECK(history.spending(SpendBy::month, {})->front().name.size() == 7);
  CHECK(history.spending(SpendBy::day, {})->front().name.size() == 10);
}

TEST_CASE("history: the usual time is of requests that are alike, and of the recent ones")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  std::vector<HistoryNote> notes;
  for (int i = 0; i < 100; ++i) {
    auto attempt = drawn(sent("attempt" + std::to_string(100 + i), "a", i), 1, 1);
    attempt.elapsed = milliseconds(i < 50 ? 1 : 1000 * i);
    notes.emplace_back(attempt);
  }
  auto other = drawn(sent("attemptxyz", "a", 200), 1, 1);
  other.quality = "high";
  notes.emplace_back(other);
  write(history, notes);
  const auto usual = history.usual_time(sent("", "", 0));
  REQUIRE(usual.has_value());
  CHECK(usual->count == 50);
  CHECK(usual->median == milliseconds(74'000));
  CHECK(usual->low == milliseconds(62'000));
  CHECK(usual->high == milliseconds(86'000));
  auto unknown = sent("", "", 0);
  unknown.model = "flux";
  CHECK(history.usual_time(unknown)->count == 0);
}

TEST_CASE("history: what is forgotten is gone, with what was paid for it")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  const auto fox = drawn(sent("attempt111", "a secret fox", 1), 2, 50);
  const auto bear = drawn(sent("attempt222", "a bear", 20), 1, 70);
  write(history, {fox, image_of(fox, "aaaaaaaaaa"), image_of(fox, "abbbbbbbbb"), bear,
                  image_of(bear, "cccccccccc")});
  CHECK(history.forget(*history.entry("abb")).value() == 1);
  CHECK(history.spending(SpendBy::all, {})->front().usage == 120);
  CHECK(history.forget(*history.entry("aaa")).value() == 1);
  CHECK(history.spending(SpendBy::all, {})->front().usage == 70);
  CHECK(history.forget_before(at(5)).value() == 0);
  CHECK(history.forget_all().value() == 1);
  CHECK(ids(history).empty());
  std::ifstream file(history_file(folder.path()), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  CHECK(bytes.find("secret fox") == std::string::npos);
}

TEST_CASE("history: entries are kept for as long as the settings say")
{
  const FreshFolder folder;
  auto history = opened(folder.path());
  const auto old = drawn(sent("attempt111", "old", 1), 1, 1);
  const auto lost = sent("attempt222", "lost", 2);
  const auto recent = drawn(sent("attempt333", "recent", 100), 1, 1);
  write(history, {old, image_of(old, "aaaaaaaaaa"), lost, recent, image_of(recent, "bbbbbbbbbb")});
  CHECK(history.tidy(std::nullopt).has_value());
  CHECK(ids(history).size() == 3);
  CHECK(history.tidy(at(50)).has_value());
  CHECK(ids(history) == std::vector<std::string>{"bbbbbbbbbb"});
}

TEST_CASE("history: its files are their owner's alone")
{
  const FreshFolder folder;
  const auto before = ::umask(0);
  auto history = opened(folder.path() / "state");
  write(history, {sent("attempt111", "a", 1)});
  const std::vector<HistoryNote> notes{sent("attempt222", "b", 2)};
  CHECK(HistoryLines(history_lines_file(folder.path() / "state")).append(notes).has_value());
  ::umask(before);
  for (const auto& file : std::filesystem::directory_iterator(folder.path() / "state")) {
    CAPTURE(file.path());
    CHECK((file.status().permissions() & std::filesystem::perms(077)) == std::filesystem::perms());
  }
}

TEST_CASE("history: a note is the same once it was a line")
{
  auto attempt = drawn(sent("attempt111", "a \"fox\"\nand 狐 \xff", 1), 2, 50);
  attempt.failure_class = "outcome_unknown";
  attempt.message = "cut";
  attempt.http_status = 502;
  attempt.request_id = "req_1";
  attempt.quality = "high";
  const auto line = history_line(attempt);
  CHECK(line.find('\n') == std::string::npos);
  const auto note = history_note_from(line);
  REQUIRE(note.has_value());
  CHECK(history_line(*note) == line);
  const auto image = history_line(image_of(attempt, "aaaaaaaaaa"));
  CHECK(history_line(*history_note_from(image)) == image);
  for (const auto* none : {"", "{", "[]", "{}", R"({"attempt":{}})", R"({"image":{"id":1}})"}) {
    CAPTURE(none);
    CHECK_FALSE(history_note_from(none).has_value());
  }
}

TEST_CASE(
  "history: whoever has the database keeps nobody from noting, and nobody from reading later")
{
  const FreshFolder folder;
  static_cast<void>(opened(folder.path()));
  const auto fox = drawn(sent("attempt111", "a fox", 1), 1, 50);
  {
    const Holder holder(history_file(folder.path()));
    const std::vector<HistoryNote> notes{fox, image_of(fox, "aaaaaaaaaa")};
    REQUIRE(HistoryLines(history_lines_file(folder.path())).append(notes).has_value());
    auto held = opened(folder.path()); // what is there can be read meanwhile
    CHECK(ids(held).empty());
    const auto written = held.write(notes);
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().retry_after.has_value());
  }
  auto history = opened(folder.path());
  CHECK(ids(history) == std::vector<std::string>{"aaaaaaaaaa"});
  CHECK_FALSE(std::filesystem::exists(history_lines_file(folder.path())));
}

TEST_CASE("history: who is stopped while it has the lines holds up nobody")
{
  const FreshFolder folder;
  const auto file = history_lines_file(folder.path());
  std::ofstream(file).put('\n');
  const int stopped = ::open(file.c_str(), O_RDONLY);
  REQUIRE(::flock(stopped, LOCK_EX) == 0);
  const std::vector<HistoryNote> notes{sent("attempt111", "a", 1)};
  CHECK(HistoryLines(file).append(notes).has_value());
  ::close(stopped);
  auto history = opened(folder.path());
  CHECK(ids(history) == std::vector<std::string>{"attempt111"});
}

TEST_CASE("history: who keeps the file of lines open writes into the one that has its name")
{
  const FreshFolder folder;
  const auto state = folder.path() / "state";
  HistoryLines lines(history_lines_file(state));
  const auto append = [&](const char* id) {
    return lines.append(std::vector<HistoryNote>{sent(id, "a", 1)}).has_value();
  };
  const auto taken_in = [&] {
    auto history = opened(state);
    return ids(history);
  };
  CHECK(append("attempt111"));
  CHECK(append("attempt222"));
  CHECK(taken_in() == std::vector<std::string>{"attempt222", "attempt111"});
  CHECK(append("attempt333"));
  CHECK(taken_in().size() == 3);
  std::filesystem::remove_all(state);
  CHECK(append("attempt444"));
  CHECK(taken_in() == std::vector<std::string>{"attempt444"});
}

TEST_CASE("history: a line that was cut, or is none, takes no other with it")
{
  const FreshFolder folder;
  const auto file = history_lines_file(folder.path());
  const std::vector<HistoryNote> first{sent("attempt111", "a", 1)};
  const std::vector<HistoryNote> second{sent("attempt222", "b", 2)};
  REQUIRE(HistoryLines(file).append(first).has_value());
  std::ofstream(file, std::ios::app) << R"({"attempt":{"id":"att)";
  REQUIRE(HistoryLines(file).append(second).has_value());
  auto history = opened(folder.path());
  CHECK(ids(history) == std::vector<std::string>{"attempt222", "attempt111"});
}

TEST_CASE("history: a damaged file, or one of a newer limn, is refused with what to do, and "
          "nothing is lost")
{
  struct Row {
    const char* name;
    void (*spoil)(const std::filesystem::path& file);
  };
  const std::array<Row, 4> rows{{
    {"no database", [](const auto& file) { std::ofstream(file) << std::string(5000, 'x'); }},
    {"cut in two",
     [](const auto& file) {
       {
         auto history = opened(file.parent_path());
         for (int i = 0; i < 100; ++i) {
           write(history, {sent("old" + std::to_string(i), "a", i)});
         }
         static_cast<void>(history.forget_before(at(0)));
       }
       sqlite3* database = nullptr;
       ::sqlite3_open(file.c_str(), &database);
       ::sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr);
       ::sqlite3_close(database);
       std::filesystem::resize_file(file, 4096 * 3 + 17);
     }},
    {"newer",
     [](const auto& file) {
       sqlite3* database = nullptr;
       ::sqlite3_open(file.c_str(), &database);
       ::sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
       ::sqlite3_close(database);
     }},
    {"a folder", [](const auto& file) { std::filesystem::create_directory(file); }},
  }};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const FreshFolder folder;
    row.spoil(history_file(folder.path()));
    const auto refused = History::open(folder.path(), k_patience);
    REQUIRE_FALSE(refused.has_value());
    CHECK_FALSE(refused.error().hint.empty());
    CHECK_FALSE(refused.error().retry_after.has_value());
    const auto fox = drawn(sent("attempt111", "a fox", 1), 1, 50);
    const std::vector<HistoryNote> notes{fox, image_of(fox, "aaaaaaaaaa")};
    CHECK(HistoryLines(history_lines_file(folder.path())).append(notes).has_value());
    CHECK_FALSE(History::open(folder.path(), k_patience).has_value());
    std::filesystem::remove_all(history_file(folder.path()));
    std::filesystem::remove(history_file(folder.path()).string() + "-wal");
    std::filesystem::remove(history_file(folder.path()).string() + "-shm");
    auto history = opened(folder.path());
    CHECK(ids(history) == std::vector<std::string>{"aaaaaaaaaa"});
  }
}

TEST_CASE("history: parameters can be asked for again as they were")
{
  Job job;
  job.prompt = "a fox";
  job.size = "1536x1024";
  job.count = 3;
  job.quality = "high";
  job.output_compression = 0;
  job.inputs = {{Input::Role::image, "/p/a b.png", "image/png", 1, {1, 1}, "/p/a b.png"},
                {Input::Role::mask, "/p/m.png", "image/png", 1, {1, 1}, "/p/m.png"}};
  const auto parameters = past_parameters_from(to_json(PastParameters::of(job)));
  CHECK(parameters.size == "1536x1024");
  CHECK(parameters.count == 3);
  CHECK(parameters.quality == "high");
  CHECK(parameters.compression == 0);
  CHECK(parameters.inputs == std::vector<std::string>{"/p/a b.png"});
  CHECK(parameters.mask == "/p/m.png");
  CHECK(past_parameters_from("no JSON").count == 1);
}
