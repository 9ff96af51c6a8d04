#include "memory/history_lines.hpp"

#include "base/descriptor.hpp"
#include "base/files.hpp"
#include "base/json.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

namespace limn {

namespace {

constexpr std::size_t k_at_once = 1000; // lines of a transaction

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
using Milliseconds = std::chrono::milliseconds;

// --- Members, the same for both ways ---

// Calls `text(name, member)` and `number(name, value, set)` for each member.
template <typename Attempt, typename Text, typename Number>
void each_member(Attempt& attempt, const Text& text, const Number& number)
{
  text("id", attempt.id);
  number("at", unix_milliseconds(attempt.time),
         [](PastAttempt& one, std::int64_t value) { one.time = time_from_unix(value); });
  number("state", static_cast<std::int64_t>(attempt.state),
         [](PastAttempt& one, std::int64_t value) {
           one.state = value == 0 ? PastAttempt::State::sent : PastAttempt::State::ended;
         });
  number("process", attempt.process,
         [](PastAttempt& one, std::int64_t value) { one.process = static_cast<int>(value); });
  text("door", attempt.door);
  text("prompt", attempt.prompt);
  text("parameters", attempt.parameters);
  text("gateway", attempt.gateway);
  text("provider", attempt.provider);
  text("model", attempt.model);
  text("size", attempt.size);
  text("quality", attempt.quality);
  text("class", attempt.failure_class);
  text("message", attempt.message);
  number("status", attempt.http_status,
         [](PastAttempt& one, std::int64_t value) { one.http_status = static_cast<int>(value); });
  text("request_id", attempt.request_id);
  number("elapsed_ms", attempt.elapsed.count(),
         [](PastAttempt& one, std::int64_t value) { one.elapsed = Milliseconds(value); });
  number("images", attempt.images,
         [](PastAttempt& one, std::int64_t value) { one.images = static_cast<int>(value); });
  number("may_have_cost", attempt.may_have_cost ? 1 : 0,
         [](PastAttempt& one, std::int64_t value) { one.may_have_cost = value != 0; });
  number("basis", static_cast<std::int64_t>(attempt.cost.basis),
         [](PastAttempt& one, std::int64_t value) { one.cost = cost_from(value, 0); });
  number("nanousd", attempt.cost.amount, [](PastAttempt& one, std::int64_t value) {
    one.cost = cost_from(static_cast<std::int64_t>(one.cost.basis), value);
  });
}

void put(Writer& json, const char* name, std::string_view value)
{
  json.Key(name);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void put(Writer& json, const char* name, std::int64_t value)
{
  json.Key(name);
  json.Int64(value);
}

std::int64_t number_of(const rapidjson::Value& object, std::string_view name)
{
  const auto* value = member(object, name);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

std::string text_of(const rapidjson::Value& object, std::string_view name)
{
  return std::string(string_or_empty(member(object, name)));
}

void write(Writer& json, const PastAttempt& attempt)
{
  each_member(
    attempt, [&](const char* name, const std::string& value) { put(json, name, value); },
    [&](const char* name, std::int64_t value, const auto&) { put(json, name, value); });
}

void write(Writer& json, const PastImage& past)
{
  put(json, "id", past.id);
  put(json, "attempt", past.attempt);
  put(json, "at", unix_milliseconds(past.time));
  put(json, "path", past.image.path.native());
  put(json, "format", static_cast<std::int64_t>(past.image.format));
  put(json, "width", past.image.size.width);
  put(json, "height", past.image.size.height);
  put(json, "bytes", static_cast<std::int64_t>(past.image.bytes));
  put(json, "sha256", past.image.sha256);
  put(json, "revised_prompt", past.image.revised_prompt);
}

PastAttempt attempt_from(const rapidjson::Value& object)
{
  PastAttempt attempt;
  each_member(
    attempt, [&](const char* name, std::string& value) { value = text_of(object, name); },
    [&](const char* name, std::int64_t, const auto& set) {
      set(attempt, number_of(object, name));
    });
  return attempt;
}

PastImage image_from(const rapidjson::Value& object)
{
  PastImage past;
  past.id = text_of(object, "id");
  past.attempt = text_of(object, "attempt");
  past.time = time_from_unix(number_of(object, "at"));
  past.image.path = text_of(object, "path");
  past.image.format = image_format_from(number_of(object, "format"));
  past.image.size.width = static_cast<int>(number_of(object, "width"));
  past.image.size.height = static_cast<int>(number_of(object, "height"));
  past.image.bytes = static_cast<std::uint64_t>(number_of(object, "bytes"));
  past.image.sha256 = text_of(object, "sha256");
  past.image.revised_prompt = text_of(object, "revised_prompt");
  return past;
}

// --- Files ---

tl::unexpected<Failure> cannot(const std::filesystem::path& file, int reason)
{
  return fail(FailureClass::internal,
              fmt::format("cannot write {}: {}", file.string(), std::strerror(reason)));
}

// Whoever can write to the folder may have put a pipe there: nobody waits for one.
constexpr int k_open = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;

bool is_regular(const Descriptor& opened)
{
  struct stat status {
  };
  return ::fstat(opened.number(), &status) == 0 && S_ISREG(status.st_mode);
}

bool is_there(const std::filesystem::path& file, const Descriptor& opened)
{
  struct stat here {
  };
  struct stat ours {
  };
  return ::stat(file.c_str(), &here) == 0 && ::fstat(opened.number(), &ours) == 0
         && here.st_ino == ours.st_ino && here.st_dev == ours.st_dev;
}

Result<Descriptor> open_lines_file(const std::filesystem::path& file)
{
  LIMN_TRY(make_private_folder(file.parent_path()));
  Descriptor opened(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | k_open, 0600));
  if (!opened || !is_regular(opened)) {
    return cannot(file, opened ? EINVAL : errno);
  }
  return opened;
}

// False where somebody has the lock for too long: stopped in the midst of it, most likely.
bool lock_soon(const Descriptor& opened)
{
  constexpr std::chrono::milliseconds k_between{1};
  const auto end = std::chrono::steady_clock::now() + k_lines_patience;
  while (::flock(opened.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return true; // a file system without locks: each write is whole all the same
    }
    if (std::chrono::steady_clock::now() >= end) {
      return false;
    }
    std::this_thread::sleep_for(k_between);
  }
  return true;
}

std::filesystem::path aside_of(std::filesystem::path file)
{
  file += "." + history_id();
  return file;
}

// Nobody adds to it any more.
void take_aside(const std::filesystem::path& file)
{
  const Descriptor opened(::open(file.c_str(), O_RDONLY | k_open));
  if (opened && is_regular(opened) && ::flock(opened.number(), LOCK_EX | LOCK_NB) == 0
      && is_there(file, opened)) {
    ::rename(file.c_str(), aside_of(file).c_str());
  }
}

Done take(const std::filesystem::path& aside,
          const std::function<Done(std::span<const HistoryNote>)>& write)
{
  const Descriptor opened(::open(aside.c_str(), O_RDONLY | k_open));
  // Who wrote to it last may look whether it has its name still, others may be taking it in.
  if (!opened || !is_regular(opened) || !lock_soon(opened) || !is_there(aside, opened)) {
    return {};
  }
  std::ifstream stream(aside, std::ios::binary);
  std::vector<HistoryNote> notes;
  for (std::string line; std::getline(stream, line);) {
    if (auto note = history_note_from(line)) {
      notes.push_back(std::move(*note));
    }
    if (notes.size() == k_at_once) {
      LIMN_TRY(write(notes));
      notes.clear();
    }
  }
  LIMN_TRY(write(notes));
  ::unlink(aside.c_str());
  return {};
}

} // namespace

std::string history_line(const HistoryNote& note)
{
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.StartObject();
  json.Key(std::holds_alternative<PastAttempt>(note) ? "attempt" : "image");
  json.StartObject();
  std::visit([&](const auto& one) { write(json, one); }, note);
  json.EndObject();
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::optional<HistoryNote> history_note_from(std::string_view line)
{
  const auto document = parse_json(line);
  if (!document) {
    return std::nullopt;
  }
  std::optional<HistoryNote> note;
  if (const auto* attempt = member(*document, "attempt")) {
    note = attempt_from(*attempt);
  } else if (const auto* image = member(*document, "image")) {
    note = image_from(*image);
  }
  const bool is_whole = note && std::visit([](const auto& one) { return !one.id.empty(); }, *note);
  return is_whole ? note : std::nullopt;
}

Result<std::uint64_t> HistoryLines::append(std::span<const HistoryNote> notes)
{
  // A line that was cut by a full disk ends before the next one begins.
  std::string text = "\n";
  for (const auto& note : notes) {
    text += history_line(note) + '\n';
  }
  LIMN_TRY_ASSIGN(const auto size, lock());
  const auto written = ::write(m_opened.number(), text.data(), text.size());
  const auto reason = written < 0 ? errno : ENOSPC;
  ::flock(m_opened.number(), LOCK_UN);
  if (written != static_cast<ssize_t>(text.size())) {
    return cannot(m_file, reason);
  }
  return size + text.size();
}

// It is still the one of that name then, as large as this: who takes lines in gives the file
// another one first.
Result<std::uint64_t> HistoryLines::lock()
{
  for (;;) {
    struct stat status {
    };
    if (!m_opened) {
      LIMN_TRY_ASSIGN(m_opened, open_lines_file(m_file));
      ::fstat(m_opened.number(), &status);
      m_number = {status.st_dev, status.st_ino};
    }
    if (!lock_soon(m_opened)) {
      LIMN_TRY_ASSIGN(m_opened, open_lines_file(aside_of(m_file)));
      m_number = {}; // of none: the next line goes where it belongs
      return 0;
    }
    if (::stat(m_file.c_str(), &status) == 0
        && m_number == std::pair(status.st_dev, status.st_ino)) {
      return static_cast<std::uint64_t>(status.st_size);
    }
    m_opened = Descriptor();
  }
}

Done take_history_lines(const std::filesystem::path& file,
                        const std::function<Done(std::span<const HistoryNote>)>& write)
{
  if (::access(file.c_str(), F_OK) == 0) {
    take_aside(file);
  }
  std::error_code error;
  const auto prefix = file.filename().string() + ".";
  std::vector<std::filesystem::path> aside;
  for (std::filesystem::directory_iterator one(file.parent_path(), error), end;
       !error && one != end; one.increment(error)) {
    if (one->path().filename().string().starts_with(prefix)) {
      aside.push_back(one->path());
    }
  }
  for (const auto& one : aside) {
    LIMN_TRY(take(one, write));
  }
  return {};
}

} // namespace limn
