#include "fresh_folder.hpp"
#include "mcp/arguments.hpp"
#include "mcp/patience.hpp"
#include "work/places.hpp"
#include "work/work_order.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace limn;
using test::FreshFolder;

namespace {

namespace fs = std::filesystem;

struct Tree {
  FreshFolder folder;
  fs::path root = fs::canonical(folder.path());
  Places places{{root / "out"}, {root / "in"}};

  Tree()
  {
    for (const auto* name : {"out/deep", "in", "elsewhere"}) {
      fs::create_directories(root / name);
    }
    for (const auto* name : {"out/a.png", "in/b.png", "elsewhere/c.png"}) {
      folder.write(name, name);
    }
    fs::create_directory_symlink(root / "elsewhere", root / "out/away");
    fs::create_directory_symlink(root / "out/deep", root / "out/near");
    fs::create_symlink(root / "elsewhere/c.png", root / "in/c.png");
    fs::create_symlink(root / "in/loop.png", root / "in/loop.png");
  }
};

// Seen from the root; "" where it is refused.
std::string shown(const Tree& tree, const Result<fs::path>& path)
{
  if (!path) {
    CHECK(path.error().failure_class == FailureClass::usage);
    return "";
  }
  return path->lexically_relative(tree.root).string();
}

} // namespace

TEST_CASE("places: a folder is one of those that may be written to, or below, whatever links say")
{
  const Tree tree;
  const struct {
    std::string asked;
    std::string_view is;
  } rows[] = {
    {"", "out"},
    {".", "out"},
    {"deep", "out/deep"},
    {"new/er", "out/new/er"},
    {"near", "out/deep"},
    {"near/new", "out/deep/new"},
    {"deep/../deep", "out/deep"},
    {tree.root / "out", "out"},
    {tree.root / "out/deep", "out/deep"},
    {"..", ""},
    {"../elsewhere", ""},
    {"../outside", ""},
    {"away", ""},
    {"away/new", ""},
    {"near/../../elsewhere", ""},
    {"/", ""},
    {"/tmp", ""},
    {tree.root, ""},
    {tree.root / "in", ""},
    {tree.root.string() + "/out-of-it", ""},
    {"new\nline", ""},
    {std::string("a\0b", 3), ""},
    {tree.root.string() + "/out/../elsewhere", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.asked);
    CHECK(shown(tree, folder_within(tree.places, row.asked)) == row.is);
  }
}

TEST_CASE("places: a file is a regular one where files may be read or written")
{
  const Tree tree;
  const struct {
    std::string asked;
    std::string_view is;
  } rows[] = {
    {"a.png", "out/a.png"},
    {tree.root / "out/a.png", "out/a.png"},
    {tree.root / "in/b.png", "in/b.png"},
    {"../in/b.png", "in/b.png"},
    {tree.root / "in/c.png", ""},
    {tree.root / "in/loop.png", ""},
    {tree.root / "elsewhere/c.png", ""},
    {"away/c.png", ""},
    {"none.png", ""},
    {"deep", ""},
    {"/etc/passwd", ""},
    {"/dev/null", ""},
    {"-", ""},
    {"", ""},
    {"https://example.com/a.png", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.asked);
    CHECK(shown(tree, file_within(tree.places, row.asked)) == row.is);
  }
}

TEST_CASE("places: what is elsewhere is not told apart from what is not there")
{
  const Tree tree;
  const auto there = file_within(tree.places, (tree.root / "elsewhere/c.png").string());
  const auto nowhere = file_within(tree.places, (tree.root / "elsewhere/d.png").string());
  REQUIRE_FALSE(there);
  REQUIRE_FALSE(nowhere);
  CHECK(there.error().hint == nowhere.error().hint);
  CHECK(there.error().message.find("none of the folders") != std::string::npos);
  CHECK(nowhere.error().message.find("none of the folders") != std::string::npos);
}

TEST_CASE("an order of a worker comes back as it was kept")
{
  WorkOrder order;
  order.job.prompt = "a \"fox\"\n\xe2\x80\xae\xe7\x8b\x90";
  order.job.size = "16:9";
  order.job.count = 3;
  order.job.compression = 0;
  order.job.inputs = {"/a b/\xc3\xa9.png", "/c"};
  order.job.timeout = "90s";
  order.job.max_cost = "0.5";
  order.places = {{"/out"}, {"/in", "/more"}};
  order.previews = 2;
  const auto back = work_order_from(to_json(order));
  REQUIRE(back);
  CHECK(back->job.prompt == order.job.prompt);
  CHECK(back->job.size == order.job.size);
  CHECK(back->job.count == order.job.count);
  CHECK(back->job.compression == order.job.compression);
  CHECK(back->job.inputs == order.job.inputs);
  CHECK(back->job.timeout == order.job.timeout);
  CHECK(back->job.max_cost == order.job.max_cost);
  CHECK(back->places.to_write == order.places.to_write);
  CHECK(back->places.to_read == order.places.to_read);
  CHECK(back->previews == 2);
  for (const auto* broken :
       {"", "{}", "[]", "{\"job\":5}", "{\"job\":{\"n\":\"x\"}}", "{\"job\""}) {
    CHECK_FALSE(work_order_from(broken));
  }
}

TEST_CASE("the fingerprint of an order is of what it means, and of the bytes of its inputs")
{
  const FreshFolder folder;
  const auto one = folder.write("one.png", "one").string();
  const auto copy = folder.write("copy.png", "one").string();
  const auto two = folder.write("two.png", "two").string();
  const auto print = [](auto change) {
    JobText job;
    job.prompt = "a fox";
    change(job);
    return *fingerprint_of(job);
  };
  const auto plain = print([](JobText&) {});
  CHECK(plain.size() == 64);
  CHECK(plain == print([](JobText&) {}));
  CHECK(plain != print([](JobText& job) { job.prompt = "a hound"; }));
  CHECK(plain != print([](JobText& job) { job.count = 2; }));
  CHECK(plain != print([](JobText& job) { job.directory = "/out"; }));
  CHECK(print([](JobText& job) { job.quality = "HIGH"; })
        == print([](JobText& job) { job.quality = "high"; }));
  CHECK(print([](JobText& job) { job.format = "jpg"; })
        == print([](JobText& job) { job.format = "jpeg"; }));
  const auto edited = print([&](JobText& job) { job.inputs = {one}; });
  CHECK(edited == print([&](JobText& job) { job.inputs = {copy}; }));
  CHECK(edited != print([&](JobText& job) { job.inputs = {two}; }));
  CHECK(print([&](JobText& job) {
          job.inputs = {one, two};
        })
        != print([&](JobText& job) {
             job.inputs = {two, one};
           }));
  CHECK(print([](JobText& job) { job.inputs = {"history:last"}; })
        == print([](JobText& job) { job.inputs = {"history:last"}; }));
  JobText gone;
  gone.inputs = {"/nonexistent/x.png"};
  CHECK_FALSE(fingerprint_of(gone));
}

TEST_CASE("a call waits as long as its host does")
{
  const struct {
    std::string_view name;
    bool is_remote;
    bool progress;
    int seconds;
  } rows[] = {
    {"", false, false, 45},
    {"somebody", false, true, 45},
    {"claude-code", false, false, 240},
    {"claude-code", true, true, 45},
    {"Claude Desktop", false, true, 45},
    {"codex-mcp-client", false, false, 240},
    {"Visual Studio Code", false, false, 240},
    {"opencode", false, false, 45},
    {"opencode", false, true, 240},
    {"JetBrains Junie", false, true, 25},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    McpClient client;
    client.name = row.name;
    client.is_remote = row.is_remote;
    CHECK(patience_with(client, row.progress, std::nullopt).count() == row.seconds);
    CHECK(patience_with(client, row.progress, std::chrono::seconds(7)).count() == 7);
  }
}

TEST_CASE("arguments of an agent: what is not said is not said")
{
  const auto plain = read_image_arguments(R"({"prompt":"a fox","size":null,"again":null})");
  REQUIRE(plain);
  CHECK(plain->job.prompt == "a fox");
  CHECK(plain->job.size.empty());
  CHECK_FALSE(plain->job.count);
  CHECK_FALSE(plain->wait);
  CHECK_FALSE(plain->again);
  const auto full = read_image_arguments(
    R"({"prompt":"x","n":2.0,"inputs":"a.png","transparent":true,"wait_seconds":0,"again":true})");
  REQUIRE(full);
  CHECK(full->job.count == 2);
  CHECK(full->job.inputs == std::vector<std::string>{"a.png"});
  CHECK(full->job.background == "transparent");
  CHECK(full->wait == std::chrono::seconds(0));
  CHECK(full->again);
  for (const auto* wrong :
       {"", "5", "[]", "{}", R"({"prompt":["a"]})", R"({"prompt":"x","prompt":"y"})",
        R"({"prompt":"x","wait_seconds":601})", R"({"prompt":"x","wait_seconds":"5"})",
        R"({"prompt":"x","n":1e99})", R"({"prompt":"x","api_key":"y"})",
        R"({"prompt":"x","base_url":"y"})", R"({"prompt":"x","output":"y"})",
        R"({"prompt":"x","name":"\u0007"})", R"({"prompt":"half \ud800"})"}) {
    CAPTURE(wrong);
    const auto read = read_image_arguments(wrong);
    REQUIRE_FALSE(read);
    CHECK(read.error().failure_class == FailureClass::usage);
  }
}
