#include "conformance/sample_answer.hpp"

#include "answer/message_stream.hpp"
#include "base/ascii.hpp"
#include "base/descriptor.hpp"
#include "base/json.hpp"
#include "model/limits.hpp"
#include "picture/image_header.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace limn::conformance {

namespace {

constexpr std::size_t k_largest_sample = std::size_t{256} << 20;

constexpr std::string_view k_how_to_get_one =
  "save a whole answer of your gateway to a request that drew: `curl ... -o answer.json`";

std::string name_of(const std::filesystem::path& file)
{
  return file.filename().string();
}

Result<std::string> read_sample(const std::filesystem::path& file)
{
  const auto refused = [&](std::string_view why) {
    return fail(FailureClass::usage, fmt::format("{} {}", file.string(), why),
                std::string(k_how_to_get_one));
  };
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts = {};
  if (opened.number() < 0 || ::fstat(opened.number(), &facts) != 0) {
    return refused(fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  if (!S_ISREG(facts.st_mode)) {
    return refused("is no file");
  }
  if (facts.st_size == 0) {
    return refused("is empty");
  }
  if (static_cast<std::uint64_t>(facts.st_size) > k_largest_sample) {
    return refused(fmt::format("is larger than {}", byte_size_text(k_largest_sample)));
  }
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto count = ::read(opened.number(), text.data() + size, text.size() - size);
    if (count <= 0) {
      break;
    }
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

// Takes the heads that `curl -i` prints from the front of `text`: a proxy's, a 100, a redirect's.
// The last is the answer's own.
void take_heads(std::string_view& text, Reply& reply)
{
  while (text.starts_with("HTTP/")) {
    reply.headers.clear();
    bool is_first = true;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const auto line = trimmed(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.empty()) {
        break;
      }
      if (std::exchange(is_first, false)) {
        const auto status = trimmed(line.substr(std::min(line.find(' '), line.size())));
        std::from_chars(status.data(), status.data() + status.size(), reply.status);
      } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        auto name = ascii_lower(line.substr(0, colon));
        const std::string value(trimmed(line.substr(colon + 1)));
        if (name == "content-type") {
          reply.media_type = value;
        } else {
          reply.headers.emplace_back(std::move(name), value);
        }
      }
    }
  }
}

class SampleBytes : public ByteSource
{
public:
  explicit SampleBytes(std::string_view bytes) : m_bytes(bytes) {}

  std::uint64_t size() const override { return m_bytes.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    const auto rest = m_bytes.substr(std::min<std::uint64_t>(offset, m_bytes.size()));
    const auto count = std::min(rest.size(), into.size());
    std::memcpy(into.data(), rest.data(), count);
    return count;
  }

private:
  std::string_view m_bytes;
};

bool is_picture_address(std::string_view address)
{
  const auto path = ascii_lower(address.substr(0, address.find_first_of("?#")));
  constexpr std::array<std::string_view, 6> k_endings{".png",  ".jpg", ".jpeg",
                                                      ".webp", ".gif", ".avif"};
  return std::ranges::any_of(k_endings, [&](auto ending) { return path.ends_with(ending); });
}

// What the host finds in an answer: what it lifts out of it, and the addresses in its strings.
class Finder : public MessageSink
{
public:
  std::string begin_run() override
  {
    m_runs.emplace_back();
    return fmt::format("@limn:{}", m_runs.size());
  }
  void bytes(std::span<const std::byte> piece) override
  {
    m_runs.back().append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  void end_run(bool) override {}
  bool message(const Message& message) override
  {
    if (const auto json = parse_json(message.content)) {
      look_at(*json);
    }
    return true;
  }

  const std::vector<std::string>& runs() const { return m_runs; }
  const std::vector<std::string>& addresses() const { return m_addresses; }

private:
  void look_at(const rapidjson::Value& value)
  {
    if (value.IsString()) {
      look_at(std::string_view(value.GetString(), value.GetStringLength()));
    } else if (value.IsArray()) {
      for (const auto& item : value.GetArray()) {
        look_at(item);
      }
    } else if (value.IsObject()) {
      for (const auto& item : value.GetObject()) {
        look_at(item.value);
      }
    }
  }
  void look_at(std::string_view text)
  {
    for (auto at = text.find("http"); at != std::string_view::npos;
         at = text.find("http", at + 4)) {
      const auto address = text.substr(at, text.find_first_of(" \t\r\n\"'<>)\\", at) - at);
      if (address.starts_with("https://") || address.starts_with("http://")) {
        m_addresses.emplace_back(address);
      }
    }
  }

  std::vector<std::string> m_runs;
  std::vector<std::string> m_addresses;
};

// A text with its JSON escapes undone, and where each of its characters began.
struct Unescaped {
  std::string text;
  std::vector<std::size_t> origins; // one more than characters
};

Unescaped unescaped(std::string_view raw, Holding holding)
{
  Unescaped all;
  for (std::size_t at = 0; at < raw.size();) {
    char character = raw[at];
    std::size_t size = 1;
    if (character == '\\' && at + 1 < raw.size()) {
      size = 2;
      character = raw[at + 1];
      unsigned code = 0;
      if (character == 'u' && at + 6 <= raw.size()
          && std::from_chars(raw.data() + at + 2, raw.data() + at + 6, code, 16).ptr
               == raw.data() + at + 6) {
        size = 6;
        character = code < 0x80 ? static_cast<char>(code) : '?';
      } else if (character == 'n' || character == 'r' || character == 't') {
        character = ' ';
      }
    }
    if (holding == Holding::base64) { // that of URLs, and lines of it
      character = character == '-' ? '+' : character == '_' ? '/' : character;
    }
    if (holding != Holding::base64 || trimmed({&character, 1}).size() == 1) {
      all.text.push_back(character);
      all.origins.push_back(at);
    }
    at += size;
  }
  all.origins.push_back(raw.size());
  return all;
}

// Where `text` stands in the body, however it is escaped there.
std::vector<TextRange> places_of(const std::string& text, const std::string& body, Holding holding)
{
  std::vector<TextRange> places;
  for (auto at = body.find(text); at != std::string::npos; at = body.find(text, at + text.size())) {
    places.push_back({at, at + text.size()});
  }
  if (!places.empty() || holding == Holding::bytes) {
    return places;
  }
  const auto plain = unescaped(body, holding);
  for (auto at = plain.text.find(text); at != std::string::npos;
       at = plain.text.find(text, at + text.size())) {
    places.push_back({plain.origins[at], plain.origins[at + text.size()]});
  }
  return places;
}

void add_picture(SampleAnswer& sample, const std::string& body, Holding holding,
                 const std::string& given)
{
  if (sample.find(given)) {
    return;
  }
  auto written = holding == Holding::base64 ? base64(given) : given;
  if (holding == Holding::base64) {
    written.erase(written.find_last_not_of('=') + 1); // some leave it out
  }
  if (auto places = places_of(written, body, holding); !places.empty()) {
    sample.pictures.push_back({holding, given, std::move(places)});
  }
}

// Fills in the pictures of the last reply; none is no failure. AddressRule that do not say that
// they are a picture's count where nothing else can be meant.
enum class AddressRule { of_pictures, any };
Done find_pictures(SampleAnswer& sample, AddressRule which)
{
  const auto& body = sample.replies.back().body;
  Finder finder;
  MessageStream stream(finder, Limits());
  stream.feed(body);
  stream.finish(MessageStream::Ending::complete);
  for (const auto& run : finder.runs()) {
    if (!raster_format_of(
          std::as_bytes(std::span(run)).first(std::min<std::size_t>(run.size(), 16)))) {
      continue; // a signature, encrypted words
    }
    const auto header = inspect_image(SampleBytes(run));
    if (!header) {
      return fail(FailureClass::usage, fmt::format("{}: {}", sample.name, header.error().message),
                  "give the answer whole, also the base64 in it");
    }
    const auto holding = body.starts_with(run) ? Holding::bytes : Holding::base64;
    add_picture(sample, body, holding, run);
    if (auto& type = sample.replies.back().media_type;
        holding == Holding::bytes && type == Reply().media_type) {
      type = fmt::format("image/{}", to_string(header->format));
    }
  }
  if (!sample.pictures.empty()) {
    return {};
  }
  const bool some_say_it = std::ranges::any_of(finder.addresses(), is_picture_address);
  for (const auto& address : finder.addresses()) {
    if (is_picture_address(address) || (which == AddressRule::any && !some_say_it)) {
      add_picture(sample, body, Holding::address, address);
    }
  }
  return {};
}

// The address of another picture at the same place.
std::string address_of(std::string_view picture, const std::string& sample_address)
{
  return fmt::format("{}{}limn={:x}", sample_address,
                     sample_address.find('?') == std::string::npos ? '?' : '&',
                     std::hash<std::string_view>()(picture));
}

Shape shape_of(const SampleAnswer& sample, const SamplePicture& picture)
{
  const auto given = [picture](std::string_view wanted) {
    return picture.holding == Holding::address ? address_of(wanted, picture.given)
                                               : std::string(wanted);
  };
  const auto answer = [sample, picture, given](const ProviderRequest&, int index,
                                               std::string_view wanted) {
    const auto last = sample.replies.size() - 1;
    const auto nth = std::min(static_cast<std::size_t>(index), last);
    auto reply = sample.replies[nth];
    if (nth < last) {
      return reply;
    }
    const auto text = picture.holding == Holding::base64 ? base64(wanted) : given(wanted);
    for (auto place = picture.places.rbegin(); place != picture.places.rend(); ++place) {
      auto end = place->end;
      while (picture.holding == Holding::base64 && end < reply.body.size()
             && reply.body[end] == '=') {
        ++end;
      }
      reply.body.replace(place->begin, end - place->begin, text);
    }
    return reply;
  };
  return {sample.name, picture.holding, answer, given};
}

} // namespace

const SamplePicture* SampleAnswer::find(std::string_view given) const
{
  const auto found = std::ranges::find(pictures, given, &SamplePicture::given);
  return found == pictures.end() ? nullptr : &*found;
}

Result<std::vector<SampleAnswer>> read_sample_answers(std::span<const std::filesystem::path> files)
{
  std::vector<SampleAnswer> samples;
  SampleAnswer sample;
  for (const auto& file : files) {
    LIMN_TRY_ASSIGN(const auto text, read_sample(file));
    sample.name = name_of(file);
    std::string_view rest(text);
    auto& reply = sample.replies.emplace_back();
    take_heads(rest, reply);
    reply.body = rest;
    if (reply.media_type == Reply().media_type && is_event_stream(rest)) {
      reply.media_type = "text/event-stream";
    }
    if (reply.status < 200 || reply.status > 299) {
      return fail(FailureClass::usage,
                  fmt::format("{} is an answer with status {}", file.string(), reply.status),
                  "give one that brings a picture; refusals are tested anyway");
    }
    const bool is_last = &file == &files.back();
    LIMN_TRY(find_pictures(sample, is_last ? AddressRule::any : AddressRule::of_pictures));
    if (!sample.pictures.empty()) {
      samples.push_back(std::exchange(sample, {}));
    } else if (is_last) {
      return fail(
        FailureClass::usage, fmt::format("no picture is in {}", file.string()),
        fmt::format("limn finds whole ones as base64, as bytes, or by their http address; {}",
                    k_how_to_get_one));
    }
  }
  return samples;
}

Gatekeeper gatekeeper_of(const SampleAnswer& sample)
{
  return [sample](const ProviderRequest&, int index) {
    return sample.replies[std::min(static_cast<std::size_t>(index), sample.replies.size() - 1)];
  };
}

std::vector<Shape> shapes_of(const std::vector<SampleAnswer>& samples)
{
  std::vector<Shape> all;
  for (const auto& sample : samples) {
    for (const auto& picture : sample.pictures) {
      all.push_back(shape_of(sample, picture));
    }
  }
  return all;
}

bool is_event_stream(std::string_view text)
{
  constexpr std::array<std::string_view, 5> k_fields{"data:", "event:", "id:", "retry:", ":"};
  const auto start = trimmed(text.substr(0, 256));
  return std::ranges::any_of(k_fields, [&](auto field) { return start.starts_with(field); });
}

} // namespace limn::conformance
