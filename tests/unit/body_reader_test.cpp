#include "base/base64.hpp"
#include "fresh_folder.hpp"
#include "http/body_reader.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace limn;
using namespace limn::test;

namespace {

constexpr std::size_t k_block = 48 * 1024; // how much of a file is encoded at once

std::string some_bytes(std::size_t size)
{
  std::minstd_rand random(static_cast<unsigned>(size) + 1);
  std::string bytes;
  while (bytes.size() < size) {
    bytes += static_cast<char>(random());
  }
  return bytes;
}

std::string base64(const std::string& bytes)
{
  return base64_encode(std::as_bytes(std::span(bytes)));
}

BodyPiece text(std::string text)
{
  return {BodyPiece::Kind::text, std::move(text), {}};
}
BodyPiece raw(std::filesystem::path file)
{
  return {BodyPiece::Kind::file, {}, std::move(file)};
}
BodyPiece encoded(std::filesystem::path file)
{
  return {BodyPiece::Kind::file_as_base64, {}, std::move(file)};
}

// All of it, asked for in pieces of that size; nothing if a read fails.
std::optional<std::string> read_all(BodyReader& reader, std::size_t chunk_size)
{
  std::string all;
  std::vector<char> chunk(chunk_size);
  while (true) {
    const auto count = reader.read(chunk);
    if (!count) {
      return std::nullopt;
    }
    REQUIRE(*count <= chunk_size);
    if (*count == 0) {
      return all;
    }
    all.append(chunk.data(), *count);
  }
}

// How many descriptors this process has open.
std::size_t open_descriptors()
{
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

} // namespace

TEST_CASE("a body is its pieces one after the other, whatever is asked for at once")
{
  const FreshFolder folder;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}, k_block - 1,
        k_block, k_block + 1, k_block + 2, 2 * k_block, 2 * k_block + 1}) {
    const auto bytes = some_bytes(size);
    const auto file = folder.write("input", bytes);
    const std::vector<BodyPiece> pieces{text("{\"a\":\""), encoded(file), text("\",\"b\":\""),
                                        encoded(file),     text(""),      raw(file),
                                        text("\"}")};
    const auto expected =
      "{\"a\":\"" + base64(bytes) + "\",\"b\":\"" + base64(bytes) + bytes + "\"}";
    for (const std::size_t chunk :
         {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{16'384},
          std::size_t{65'536}, std::size_t{65'537}, std::size_t{1'000'000}}) {
      if (chunk == 1 && size > k_block) {
        continue; // long, and no more than the others
      }
      CAPTURE(size);
      CAPTURE(chunk);
      auto reader = BodyReader::open(pieces);
      REQUIRE(reader.has_value());
      CHECK(reader->size() == expected.size());
      const auto all = read_all(*reader, chunk);
      REQUIRE(all.has_value());
      CHECK((*all == expected));
      CHECK(reader->read(std::span<char>()) == std::size_t{0});
    }
  }
}

TEST_CASE("a body of nothing is empty")
{
  auto reader = BodyReader::open({});
  REQUIRE(reader.has_value());
  CHECK(reader->size() == 0);
  CHECK(read_all(*reader, 10) == "");
}

TEST_CASE("a reader that was moved goes on where it was")
{
  const FreshFolder folder;
  const auto bytes = some_bytes(1000);
  auto reader = BodyReader::open({text("abc"), encoded(folder.write("input", bytes))});
  REQUIRE(reader.has_value());
  std::vector<char> start(10);
  REQUIRE(reader->read(start) == std::size_t{10});
  BodyReader moved(std::move(*reader));
  const auto rest = read_all(moved, 100);
  REQUIRE(rest.has_value());
  CHECK(std::string(start.begin(), start.end()) + *rest == "abc" + base64(bytes));
}

TEST_CASE("a file that is not there is found before anything is sent, and named")
{
  const FreshFolder folder;
  const auto before = open_descriptors();
  const auto reader = BodyReader::open(
    {text("a"), raw(folder.write("input", "x")), encoded(folder.path() / "absent.png")});
  REQUIRE(!reader);
  CHECK(reader.error().failure_class == FailureClass::usage);
  CHECK(reader.error().message.find((folder.path() / "absent.png").string()) != std::string::npos);
  CHECK(open_descriptors() == before);
}

TEST_CASE("what is no regular file is refused, without waiting for it")
{
  const FreshFolder folder;
  const auto pipe = folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const auto& path : {folder.path(), pipe, std::filesystem::path("/dev/null")}) {
    CAPTURE(path.string());
    const auto reader = BodyReader::open({raw(path)});
    REQUIRE(!reader);
    CHECK(reader.error().failure_class == FailureClass::usage);
    CHECK(reader.error().message.find("not a regular file") != std::string::npos);
  }
}

TEST_CASE("a file that became shorter ends the body instead of sending another one")
{
  const FreshFolder folder;
  for (const bool as_base64 : {false, true}) {
    CAPTURE(as_base64);
    const auto file = folder.write("input", some_bytes(3 * k_block));
    auto reader = BodyReader::open({as_base64 ? encoded(file) : raw(file), text("behind it")});
    REQUIRE(reader.has_value());
    std::vector<char> start(1000);
    REQUIRE(reader->read(start) == std::size_t{1000});
    REQUIRE(::truncate(file.c_str(), 2 * k_block) == 0);
    CHECK(!read_all(*reader, 4096).has_value());
  }
}

TEST_CASE("a file that became longer is sent as long as it was")
{
  const FreshFolder folder;
  const auto bytes = some_bytes(100);
  for (const bool as_base64 : {false, true}) {
    CAPTURE(as_base64);
    const auto file = folder.write("input", bytes);
    auto reader = BodyReader::open({as_base64 ? encoded(file) : raw(file), text("|")});
    REQUIRE(reader.has_value());
    folder.write("input", bytes + "more");
    CHECK(read_all(*reader, 64) == (as_base64 ? base64(bytes) : bytes) + "|");
  }
}

TEST_CASE("files are closed when the reader goes")
{
  const FreshFolder folder;
  const auto file = folder.write("input", "x");
  const auto before = open_descriptors();
  {
    auto reader = BodyReader::open({raw(file), encoded(file)});
    REQUIRE(reader.has_value());
    CHECK(open_descriptors() == before + 2);
    const BodyReader moved(std::move(*reader));
    CHECK(open_descriptors() == before + 2);
  }
  CHECK(open_descriptors() == before);
}
