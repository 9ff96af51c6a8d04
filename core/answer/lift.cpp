#include "answer/lift.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace limn {
namespace {

constexpr std::size_t k_buffer_size = 64 * 1024;
constexpr std::size_t k_piece_size = 48 * 1024; // of text; its bytes always fit the empty buffer
static_assert(Base64Decoder::room_for(k_piece_size) <= k_buffer_size);

// Encoders wrap at 64 or 76 characters. Lists of words are shorter, and no run.
constexpr std::size_t k_shortest_first_line = 60;

// A candidate with more line breaks than text is given up, or it would have to be held for ever.
constexpr std::size_t k_most_raw_per_character = 8;

constexpr auto k_is_base64 = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_base64(char character)
{
  return k_is_base64[static_cast<unsigned char>(character)];
}

bool is_line_break(char character)
{
  return character == '\n' || character == '\r';
}

} // namespace

Lift::Lift(LiftSink& sink, std::size_t threshold)
  : m_sink(sink), m_threshold(std::max<std::size_t>(threshold, 1)),
    m_decoded(std::make_unique_for_overwrite<std::byte[]>(k_buffer_size))
{
}

void Lift::feed(std::string_view chunk)
{
  m_chunk = chunk;
  m_at = 0;
  m_passed = 0;
  m_candidate_at = 0;
  while (m_at < m_chunk.size()) {
    switch (m_place) {
    case Place::outside:
      pass_outside();
      break;
    case Place::string:
      pass_string();
      break;
    case Place::candidate:
      weigh_candidate();
      break;
    case Place::run:
      decode_run();
      break;
    }
  }
  if (m_place == Place::candidate) {
    pass_up_to(m_candidate_at);
    m_held.append(m_chunk.substr(m_candidate_at));
  } else if (m_place != Place::run) {
    pass_up_to(m_chunk.size());
  }
  m_chunk = {};
}

void Lift::finish()
{
  m_at = 0;
  m_candidate_at = 0;
  if (m_place == Place::candidate) {
    m_escape.close();
    drop_candidate();
  } else if (m_place == Place::run) {
    end_run(Ending::cut);
    if (m_escape.is_open()) {
      m_sink.text(m_escape.raw());
      m_escape.close();
    }
  }
  m_place = Place::outside;
}

void Lift::pass_outside()
{
  const auto quote = m_chunk.find('"', m_at);
  if (quote == std::string_view::npos) {
    m_at = m_chunk.size();
    return;
  }
  m_at = quote + 1;
  m_place = Place::string;
}

void Lift::pass_string()
{
  for (; m_at < m_chunk.size(); ++m_at) {
    const char byte = m_chunk[m_at];
    if (is_base64(byte) || byte == '\\') {
      begin_candidate();
      return;
    }
    if (byte == '"') {
      ++m_at;
      m_place = Place::outside;
      return;
    }
  }
}

void Lift::weigh_candidate()
{
  while (m_at < m_chunk.size()) {
    const char byte = m_chunk[m_at];
    if (m_escape.is_open()) {
      ++m_at;
      if (!m_escape.add(byte)) {
        continue;
      }
      const char meaning = m_escape.meaning();
      m_escape.close();
      if (!admit(meaning)) {
        drop_candidate();
        return;
      }
    } else if (byte == '\\') {
      m_escape.open();
      ++m_at;
      continue;
    } else if (is_base64(byte)) {
      count_base64();
    } else if (admit(byte)) {
      ++m_at;
    } else {
      drop_candidate();
      return;
    }
    if (m_candidate_count >= m_threshold) {
      begin_run();
      return;
    }
  }
}

void Lift::decode_run()
{
  m_at += decode(m_chunk.substr(m_at));
  m_passed = m_at;
  if (m_place != Place::run && m_escape.is_open()) {
    give_escape_back();
  }
}

void Lift::begin_candidate()
{
  m_place = Place::candidate;
  m_candidate_at = m_at;
  m_candidate_count = 0;
  m_candidate_wrapped = false;
}

// Moves on to the end of the stretch, or to where the candidate becomes a run.
void Lift::count_base64()
{
  const auto most = std::min(m_chunk.size() - m_at, m_threshold - m_candidate_count);
  const auto stretch = m_chunk.substr(m_at, most);
  const auto end = std::ranges::find_if_not(stretch, is_base64);
  const auto count = static_cast<std::size_t>(end - stretch.begin());
  m_at += count;
  m_candidate_count += count;
}

// Whether the candidate goes on with `character`.
bool Lift::admit(char character)
{
  if (is_base64(character)) {
    ++m_candidate_count;
    return true;
  }
  if (!is_line_break(character)) {
    return false;
  }
  if (!m_candidate_wrapped && m_candidate_count < k_shortest_first_line) {
    return false;
  }
  m_candidate_wrapped = true;
  const auto raw_size = m_held.size() + (m_at - m_candidate_at);
  return raw_size <= k_most_raw_per_character * m_threshold;
}

// It was ordinary text. What of it lies in this chunk stays where it is, and passes later.
void Lift::drop_candidate()
{
  m_place = Place::string;
  if (!m_held.empty()) {
    m_sink.text(m_held);
    m_held.clear();
  }
}

void Lift::begin_run()
{
  pass_up_to(m_candidate_at);
  const std::string token = m_sink.begin_run();
  m_sink.text(token);
  m_place = Place::run;
  const std::string held = std::exchange(m_held, {});
  decode(held);
  decode(m_chunk.substr(m_candidate_at, m_at - m_candidate_at));
  m_passed = m_at;
}

// Decodes up to the end of `raw` or of the run, whichever comes first; returns how much was used.
// A run that ends with an escape leaves it open.
std::size_t Lift::decode(std::string_view raw)
{
  std::size_t at = 0;
  while (at < raw.size()) {
    if (m_escape.is_open()) {
      if (!m_escape.add(raw[at++])) {
        continue;
      }
      const char meaning = m_escape.meaning();
      if (decode_plain({&meaning, 1}) == 0) {
        end_run(Ending::closed);
        return at;
      }
      m_escape.close();
      continue;
    }
    const auto piece = raw.substr(at, k_piece_size);
    const auto used = decode_plain(piece);
    at += used;
    if (used == piece.size()) {
      continue;
    }
    if (raw[at] != '\\') {
      end_run(Ending::closed);
      return at;
    }
    m_escape.open();
    ++at;
  }
  return at;
}

std::size_t Lift::decode_plain(std::string_view text)
{
  if (k_buffer_size - m_filled < Base64Decoder::room_for(text.size())) {
    flush_decoded();
  }
  const auto progress =
    m_decoder.feed(text, std::span(m_decoded.get(), k_buffer_size).subspan(m_filled));
  m_filled += progress.produced;
  return progress.consumed;
}

void Lift::end_run(Ending ending)
{
  if (k_buffer_size - m_filled < 3) {
    flush_decoded();
  }
  const auto end = m_decoder.finish(std::span(m_decoded.get(), k_buffer_size).subspan(m_filled));
  m_filled += end.produced;
  flush_decoded();
  m_place = Place::string;
  m_sink.end_run(end.whole && ending == Ending::closed);
}

// The escape that ended a run is text again, or the first character of the next run: a JPEG in
// base64 begins with a slash.
void Lift::give_escape_back()
{
  begin_candidate();
  m_held = m_escape.raw();
  const char meaning = m_escape.meaning();
  m_escape.close();
  if (!admit(meaning)) {
    drop_candidate();
  }
}

void Lift::pass_up_to(std::size_t end)
{
  if (m_passed < end) {
    m_sink.text(m_chunk.substr(m_passed, end - m_passed));
    m_passed = end;
  }
}

void Lift::flush_decoded()
{
  if (m_filled != 0) {
    m_sink.bytes(std::span(m_decoded.get(), k_buffer_size).first(m_filled));
    m_filled = 0;
  }
}

void Lift::Escape::open()
{
  m_raw[0] = '\\';
  m_size = 1;
}

bool Lift::Escape::add(char byte)
{
  m_raw[m_size++] = byte;
  return m_raw[1] != 'u' || m_size == sizeof(m_raw);
}

char Lift::Escape::meaning() const
{
  switch (m_raw[1]) {
  case '/':
    return '/';
  case 'n':
  case 'r':
  case 't':
    return '\n'; // all are skipped alike
  case 'u':
    break;
  default:
    return 0;
  }
  const auto digits = raw().substr(2);
  if (digits == "002B" || digits == "002b") {
    return '+';
  }
  if (digits == "002F" || digits == "002f") {
    return '/';
  }
  if (digits == "003D" || digits == "003d") {
    return '=';
  }
  return 0;
}

} // namespace limn
