// A form is the same however it is cut, and that of a reader that has it as a whole. The first line
// of an input is the Content-Type.
#include "http_server/form_reader.hpp"
#include "oracle.hpp"

#include <optional>

using namespace limn;

namespace {

constexpr FormLimits k_limits{8, 512};

class Recorder : public PartReceiver
{
public:
  void begin_part(const PartHead& head) override
  {
    LIMN_EXPECT(!m_is_within);
    m_is_within = true;
    heads += head.name + "\n" + head.filename.value_or("") + "\n" + head.media_type + "\n";
    contents.emplace_back();
  }
  void data(std::string_view piece) override
  {
    LIMN_EXPECT(m_is_within && !piece.empty());
    contents.back() += piece;
  }
  void end_part() override
  {
    LIMN_EXPECT(m_is_within);
    m_is_within = false;
    ++whole;
  }

  std::string heads;
  std::vector<std::string> contents;
  std::size_t whole = 0; // parts

private:
  bool m_is_within = false;
};

struct Form {
  std::string heads;
  std::vector<std::string> contents;
  std::size_t whole = 0;
  std::string failure;

  bool operator==(const Form&) const = default;
};

Form read(std::string_view type, const fuzz::Pieces& pieces)
{
  Recorder recorder;
  auto reader = FormReader::create(type, recorder, k_limits);
  if (!reader) {
    LIMN_EXPECT(!reader.error().message.empty());
    return {{}, {}, 0, reader.error().message};
  }
  Done done;
  fuzz::feed_each(pieces, [&](std::string_view piece) {
    if (done) {
      done = reader->feed(piece);
    }
  });
  if (done) {
    done = reader->finish();
  }
  return {recorder.heads, recorder.contents, recorder.whole,
          done ? std::string() : done.error().message};
}

// The contents of the parts by searching, for a form that is there as a whole; nothing if it is not
// well-formed. RFC 2046, section 5.1.1.
std::optional<std::vector<std::string>> parts_of(std::string text, const std::string& boundary)
{
  text.insert(0, "\r\n");
  const auto delimiter = "\r\n--" + boundary;
  std::vector<std::string> parts;
  std::optional<std::size_t> begin; // of a part
  for (auto at = text.find(delimiter); at != std::string::npos; at = text.find(delimiter, at + 1)) {
    const auto behind = at + delimiter.size();
    const auto padded = text.find_first_not_of(" \t", behind);
    const bool is_last = text.compare(behind, 2, "--") == 0;
    if (!is_last && (padded == std::string::npos || text.compare(padded, 2, "\r\n") != 0)) {
      continue;
    }
    if (begin) {
      parts.push_back(at < *begin ? std::string() : text.substr(*begin, at - *begin));
    }
    if (is_last) {
      return parts;
    }
    // The empty line's end may be the one in front of the next boundary.
    const auto lines = padded + 2;
    const auto head_end =
      text.compare(lines, 2, "\r\n") == 0 ? lines : text.find("\r\n\r\n", lines) + 2;
    if (head_end == std::string::npos + 2) {
      return std::nullopt;
    }
    begin = head_end + 2;
    at = head_end - 1;
  }
  return std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  auto body = fuzz::text_of(bytes, size);
  const auto type = fuzz::take_line(body);
  const auto whole = read(type, {body});
  for (const auto& pieces : fuzz::ways_to_cut(body)) {
    LIMN_EXPECT(read(type, pieces) == whole);
  }
  LIMN_EXPECT(whole.contents.size() <= k_limits.parts);
  LIMN_EXPECT(whole.contents.size() - whole.whole <= (whole.failure.empty() ? 0U : 1U));
  constexpr std::string_view k_plain = "multipart/form-data; boundary=b";
  if (whole.failure.empty() && type == k_plain) {
    LIMN_EXPECT(parts_of(std::string(body), "b") == whole.contents);
  }
  return 0;
}
