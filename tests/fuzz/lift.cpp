// The lift takes the same runs out of a text however it is cut, and those that a reader of the
// whole text finds; it holds back little.
#include "answer/lift.hpp"

#include "oracle.hpp"

#include <span>

using namespace limn;
using limn::fuzz::Pieces;

namespace {

constexpr std::size_t k_longest_escape = 6;

struct Run {
  std::string bytes;
  bool whole = false;

  bool operator==(const Run&) const = default;
};

struct Lifted {
  std::vector<std::string> texts; // in front of each run, and behind the last
  std::vector<Run> runs;

  bool operator==(const Lifted&) const = default;
};

class Recorder : public LiftSink
{
public:
  void text(std::string_view piece) override
  {
    if (m_token_expected) {
      LIMN_EXPECT(piece == "<image>");
      m_token_expected = false;
      return;
    }
    LIMN_EXPECT(!in_run);
    lifted.texts.back() += piece;
    passed += piece.size();
  }
  std::string begin_run() override
  {
    LIMN_EXPECT(!in_run);
    in_run = true;
    m_token_expected = true;
    lifted.runs.emplace_back();
    return "<image>";
  }
  void bytes(std::span<const std::byte> piece) override
  {
    LIMN_EXPECT(in_run && !m_token_expected);
    lifted.runs.back().bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  void end_run(bool whole) override
  {
    LIMN_EXPECT(in_run && !m_token_expected);
    in_run = false;
    lifted.runs.back().whole = whole;
    lifted.texts.emplace_back();
  }

  Lifted lifted{{std::string()}, {}};
  std::size_t passed = 0;
  bool in_run = false;

private:
  bool m_token_expected = false;
};

Lifted lift(const Pieces& pieces, std::size_t threshold)
{
  Recorder recorder;
  Lift lift(recorder, threshold);
  std::size_t fed = 0;
  fuzz::feed_each(pieces, [&](std::string_view piece) {
    lift.feed(piece);
    fed += piece.size();
    // Before the first run it can be told from the outside what is held back.
    if (recorder.lifted.runs.empty()) {
      LIMN_EXPECT(fed - recorder.passed <= 9 * threshold + k_longest_escape * threshold);
    }
  });
  lift.finish();
  LIMN_EXPECT(!recorder.in_run);
  return recorder.lifted;
}

// --- The same from the whole text, one character at a time ---

struct Unit {
  std::size_t size = 1; // bytes of the text
  char meaning = 0;     // '\n' for all that is skipped; 0 for what no run can hold
};

Unit unit_at(std::string_view text)
{
  if (text[0] != '\\') {
    const char c = text[0];
    const bool is_base64 = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                           || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' || c == '_'
                           || c == '=';
    return {1, is_base64 ? c : c == '\n' || c == '\r' ? '\n' : '\0'};
  }
  const char kind = text.size() > 1 ? text[1] : '\0';
  if (kind != 'u') {
    return {2, kind == '/' ? '/' : kind == 'n' || kind == 'r' || kind == 't' ? '\n' : '\0'};
  }
  const auto digits = text.substr(2, 4);
  const char meaning = digits == "002B" || digits == "002b"   ? '+'
                       : digits == "002F" || digits == "002f" ? '/'
                       : digits == "003D" || digits == "003d" ? '='
                                                              : '\0';
  return {k_longest_escape, meaning};
}

int value_of(char c)
{
  constexpr std::string_view k_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return c == '+' || c == '-'   ? 62
         : c == '/' || c == '_' ? 63
                                : static_cast<int>(k_alphabet.find(c));
}

// Checks that what was lifted at `at` is what stands there, and returns where it ends.
std::size_t check_run(std::string_view text, std::size_t at, const Run& run, std::size_t threshold)
{
  std::string bytes;
  unsigned bits = 0;
  std::size_t characters = 0;
  std::size_t padding = 0;
  bool closed = false;
  while (at < text.size()) {
    const auto unit = unit_at(text.substr(at));
    if (at + unit.size > text.size()) {
      break; // cut within an escape
    }
    if (unit.meaning == 0 || (padding != 0 && unit.meaning != '=' && unit.meaning != '\n')) {
      closed = true;
      break;
    }
    at += unit.size;
    if (unit.meaning == '=') {
      ++padding;
    } else if (unit.meaning != '\n') {
      bits = bits << 6U | static_cast<unsigned>(value_of(unit.meaning));
      ++characters;
      if (characters % 4 != 1) {
        bytes += static_cast<char>(bits >> (6 - 2 * ((characters - 1) % 4)));
      }
    }
  }
  const auto rest = characters % 4;
  const bool padded_well = padding == 0 || (rest != 0 && rest + padding == 4);
  LIMN_EXPECT(characters >= threshold);
  LIMN_EXPECT(run.bytes == bytes);
  LIMN_EXPECT(run.whole == (closed && rest != 1 && padded_well));
  return at;
}

// No string in the text that passed has a run in plain characters: those are the ones that matter,
// and whatever else is held back is told by the cuts.
void check_passed(std::string_view text, std::size_t threshold)
{
  std::size_t count = 0;
  for (const char c : text) {
    const auto unit = unit_at({&c, 1});
    count = unit.meaning != 0 && unit.meaning != '\n' && unit.meaning != '=' ? count + 1 : 0;
    LIMN_EXPECT(count < threshold);
  }
}

void check(std::string_view text, std::size_t threshold)
{
  const auto whole = lift({text}, threshold);
  std::size_t at = 0;
  for (std::size_t i = 0; i < whole.texts.size(); ++i) {
    LIMN_EXPECT(text.substr(at).starts_with(whole.texts[i]));
    at += whole.texts[i].size();
    if (i < whole.runs.size()) {
      at = check_run(text, at, whole.runs[i], threshold);
    }
  }
  LIMN_EXPECT(at == text.size());
  for (const auto& pieces : fuzz::ways_to_cut(text)) {
    LIMN_EXPECT(lift(pieces, threshold) == whole);
  }
  // A text that is one string: then every stretch is within it.
  if (text.find_first_of("\"\\") == std::string_view::npos) {
    const auto quoted = lift({"\"" + std::string(text)}, threshold);
    for (const auto& passed : quoted.texts) {
      check_passed(passed, threshold);
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto text = fuzz::text_of(bytes, size);
  check(text, 24); // shorter than any first line that may wrap
  check(text, 100);
  return 0;
}
