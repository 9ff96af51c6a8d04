#include "batch/manifest.hpp"

#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "batch/noted.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace limn {

namespace {

constexpr std::array<std::pair<ItemState, std::string_view>, 3> k_states{
  {{ItemState::done, "done"}, {ItemState::failed, "failed"}, {ItemState::unknown, "unknown"}}};

struct NotedEntry {
  std::string id;
  ManifestEntry entry;
  Cost cost;
};

// Nothing if that is no line of a manifest.
std::optional<NotedEntry> entry_in(std::string_view line)
{
  const auto document = parse_json(line);
  if (!document || !document->IsObject()) {
    return std::nullopt;
  }
  NotedEntry noted;
  noted.id = string_or_empty(member(*document, "id"));
  noted.entry.line = number_of(member(*document, "line"));
  noted.entry.digest = string_or_empty(member(*document, "digest"));
  const auto state = item_state_from(string_or_empty(member(*document, "state")));
  const auto* images = member(*document, "images");
  if (noted.id.empty() || noted.entry.digest.empty() || !state || images == nullptr) {
    return std::nullopt;
  }
  noted.entry.state = *state;
  noted.entry.images = images_of(images);
  if (const auto* error = member(*document, "error")) {
    noted.entry.failure_class = failure_class_from(string_or_empty(member(*error, "class")));
  }
  noted.cost = cost_of(member(*document, "cost"));
  return noted;
}

// The members of an object that stand whole in the beginning of a line, as an object.
std::string whole_members(std::string_view beginning)
{
  int depth = 0;
  bool in_string = false;
  std::size_t end = 0;
  for (std::size_t i = 0; i < beginning.size(); ++i) {
    const char c = beginning[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',' && depth == 1) {
      end = i;
    }
  }
  return std::string(beginning.substr(0, end)) + "}";
}

// Of a line as line_of writes it. A file of something else is not cut.
bool begins_a_line(std::string_view text)
{
  constexpr std::string_view begin = R"({"id":")";
  return text.substr(0, begin.size()) == begin.substr(0, text.size());
}

// What to write in place of a line that was cut; empty if it tells nothing. Where it does not tell
// how the item ended, that is what is to be said of it.
struct Mended {
  std::string line;
  bool is_guess = false;
};

Mended mend(std::string_view beginning)
{
  if (entry_in(beginning)) { // only its end was cut
    return {std::string(beginning)};
  }
  const auto whole = whole_members(beginning);
  if (entry_in(whole)) {
    return {whole};
  }
  const auto document = parse_json(whole);
  if (!document || string_or_empty(member(*document, "digest")).empty()) {
    return {};
  }
  JsonWriter json;
  json.begin_object();
  json.member("id", string_or_empty(member(*document, "id")));
  json.member("line", static_cast<std::int64_t>(number_of(member(*document, "line"))));
  json.member("digest", string_or_empty(member(*document, "digest")));
  json.member("state", to_string(ItemState::unknown));
  json.key("images");
  json.begin_array();
  json.end_array();
  json.key("error");
  json.begin_object();
  json.member("class", to_string(FailureClass::outcome_unknown));
  json.member("message", "the line of this item was cut");
  json.optional_member("hint", "");
  json.end_object();
  json.end_object();
  return {json.str(), true};
}

} // namespace

void take_line(ManifestContent& content, std::string_view line, std::uint64_t offset)
{
  if (auto noted = entry_in(line)) {
    noted->entry.offset = offset;
    content.spent += noted->cost;
    content.entries[noted->id] = std::move(noted->entry);
  }
}

std::string_view to_string(ItemState state)
{
  for (const auto& [known, name] : k_states) {
    if (known == state) {
      return name;
    }
  }
  return "";
}

std::optional<ItemState> item_state_from(std::string_view name)
{
  for (const auto& [state, known] : k_states) {
    if (known == name) {
      return state;
    }
  }
  return std::nullopt;
}

Result<ManifestContent> read_manifest(const std::filesystem::path& file)
{
  ManifestContent content;
  LIMN_TRY_ASSIGN(auto stream, open_lines(file));
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (stream.eof() && begins_a_line(line)) { // no line end behind it
      content.was_cut = true;
      auto mended = mend(line);
      take_line(content, mended.line, content.whole_size);
      if (mended.is_guess) {
        content.guessed = std::string(string_or_empty(member(*parse_json(mended.line), "id")));
      }
      content.mended = std::move(mended.line);
      break;
    }
    const auto offset = content.whole_size;
    content.whole_size += line.size() + 1;
    if (line.empty()) {
      continue;
    }
    if (!entry_in(line)) {
      return fail(FailureClass::usage,
                  fmt::format("{}:{}: this is no line of a manifest", file.string(), number),
                  "what stands there may have been paid for: repair the line, or name another "
                  "file with --manifest");
    }
    take_line(content, line, offset);
  }
  return content;
}

Result<Manifest> Manifest::open(const std::filesystem::path& path)
{
  LIMN_TRY_ASSIGN(auto file, LinesFile::open(path));
  LIMN_TRY_ASSIGN(const auto lock, file.lock());
  if (lock == LinesFile::Lock::taken) {
    return fail(FailureClass::usage, fmt::format("another limn is at work on {}", path.string()),
                "wait for its end, or name another file with --manifest");
  }
  LIMN_TRY_ASSIGN(auto content, read_manifest(path));
  if (content.was_cut) {
    LIMN_TRY(file.cut_at(content.whole_size));
    if (!content.mended.empty()) {
      LIMN_TRY(file.append(content.mended, ToDisk::now));
    }
  }
  return Manifest(std::move(file), std::move(content));
}

} // namespace limn
