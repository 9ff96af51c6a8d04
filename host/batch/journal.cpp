#include "batch/journal.hpp"

#include "base/json.hpp"
#include "job/envelope.hpp"
#include "job/job_output.hpp"
#include "model/store_address.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <utility>

namespace limn {

namespace {

// Where each item stands among the items.
using Places = std::map<std::string, std::size_t, std::less<>>;

// One line, told of an item.
void take(JournalContent& content, Places& places, const rapidjson::Value& line)
{
  if (const auto* size = member(line, "manifest_size"); size != nullptr && size->IsUint64()) {
    content.manifest_size = size->GetUint64();
    return;
  }
  const auto id = string_or_empty(member(line, "id"));
  const auto event = string_or_empty(member(line, "event"));
  const auto place = places.find(id);
  if (place == places.end() && event != "asked") {
    return;
  }
  if (place == places.end()) {
    places.emplace(id, content.items.size());
    auto& item = content.items.emplace_back();
    item.id = id;
    item.line = number_of(member(line, "line"));
    item.digest = string_or_empty(member(line, "digest"));
    item.wanted = number_of(member(line, "n"));
    item.images = images_of(member(line, "images"));
    item.estimate = cost_of(member(line, "estimate"));
    item.is_open = true;
    return;
  }
  auto& item = content.items[place->second];
  if (event == "asked") {
    item.is_open = true;
  } else if (event == "image") {
    const auto images = images_of(member(line, "images"));
    item.images.insert(item.images.end(), images.begin(), images.end());
    std::erase_if(item.naming, [&](const NamedFile& file) {
      return std::ranges::count(images, file.image.path, &NotedImage::path) > 0;
    });
  } else if (event == "naming") {
    const auto* inode = member(line, "inode");
    const auto images = images_of(member(line, "images"));
    if (inode != nullptr && inode->IsUint64() && !images.empty()) {
      item.naming.push_back({images.front(), inode->GetUint64()});
    }
  } else if (event == "settled") {
    item.is_open = false;
  }
}

// Of the first line of a journal, which may be cut.
bool begins_a_journal(std::string_view text)
{
  constexpr std::string_view begin = R"({"manifest_size":)";
  return text.substr(0, begin.size()) == begin.substr(0, text.size());
}

void begin_line(JsonWriter& json, std::string_view event, const std::string& id)
{
  json.begin_object();
  json.member("id", id);
  json.member("event", event);
}

// The counterpart of images_of.
void write_images(JsonWriter& json, std::span<const NotedImage> images)
{
  json.key("images");
  json.begin_array();
  for (const auto& image : images) {
    json.raw(image.json);
  }
  json.end_array();
}

} // namespace

bool is_there(const NamedFile& file)
{
  if (is_store_address(file.image.path.native())) {
    return upload_notes().knows(file.image.path.native()); // it goes there with the next run
  }
  struct ::stat status {
  };
  return ::stat(file.image.path.c_str(), &status) == 0 && S_ISREG(status.st_mode)
         && status.st_ino == file.inode;
}

std::filesystem::path journal_of(const std::filesystem::path& manifest)
{
  return manifest.string() + ".running";
}

Result<JournalContent> read_journal(const std::filesystem::path& file)
{
  JournalContent content;
  LIMN_TRY_ASSIGN(auto stream, open_lines(file));
  Places places;
  bool is_first = true;
  for (std::string line; std::getline(stream, line);) {
    if (std::exchange(is_first, false) && !begins_a_journal(line)) {
      return fail(FailureClass::usage, fmt::format("{} is no journal of limn", file.string()),
                  "it would be written over: move it, or name another file with --manifest");
    }
    if (const auto document = parse_json(line)) {
      take(content, places, *document);
    }
  }
  return content;
}

Result<Journal> Journal::begin(const std::filesystem::path& path, std::uint64_t manifest_size)
{
  LIMN_TRY_ASSIGN(auto file, LinesFile::open(path));
  LIMN_TRY(file.cut_at(0));
  JsonWriter json;
  json.begin_object();
  json.member("manifest_size", static_cast<std::int64_t>(manifest_size));
  json.end_object();
  LIMN_TRY(file.append(json.str(), ToDisk::now));
  return Journal(std::move(file));
}

Done Journal::asked(const InFlight& item)
{
  JsonWriter json;
  begin_line(json, "asked", item.id);
  json.member("line", static_cast<std::int64_t>(item.line));
  json.member("digest", item.digest);
  json.member("n", static_cast<std::int64_t>(item.wanted));
  json.key("estimate");
  write_cost(json, item.estimate);
  write_images(json, item.images);
  json.end_object();
  return m_file.append(json.str(), ToDisk::now);
}

Done Journal::naming(const std::string& id, const NotedImage& image, std::uint64_t inode)
{
  JsonWriter json;
  begin_line(json, "naming", id);
  json.key("inode");
  json.decimal(std::to_string(inode)); // some file systems use all 64 bits of it
  write_images(json, {&image, 1});
  json.end_object();
  return m_file.append(json.str(), ToDisk::when_it_suits);
}

Done Journal::image_came(const std::string& id, const NotedImage& image)
{
  JsonWriter json;
  begin_line(json, "image", id);
  write_images(json, {&image, 1});
  json.end_object();
  return m_file.append(json.str(), ToDisk::when_it_suits);
}

Done Journal::settled(const std::string& id)
{
  JsonWriter json;
  begin_line(json, "settled", id);
  json.end_object();
  return m_file.append(json.str(), ToDisk::when_it_suits);
}

void Journal::remove()
{
  ::unlink(m_file.path().c_str());
}

} // namespace limn
