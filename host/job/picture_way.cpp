#include "job/picture_way.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string>

namespace limn {

namespace {

constexpr std::array<std::string_view, 7> k_words{"none",   "kitty",      "iterm2", "sixel",
                                                  "blocks", "blocks-256", "ask"};

constexpr Size k_usual_window{80, 24};
constexpr int k_widest_window = 1000; // cells
constexpr int k_largest_cell = 200;
constexpr int k_smallest_cell = 2;

// A name, and how the terminal that has it shows pictures. Of PictureWay::blocks: not at all.
struct Kind {
  std::string_view name;
  PictureWay way;
};

// By TERM, which begins so. Those that would show a question as text are asked nothing.
constexpr Kind k_by_term[] = {
  {"xterm-kitty", PictureWay::kitty}, {"xterm-ghostty", PictureWay::kitty},
  {"ghostty", PictureWay::kitty},     {"foot", PictureWay::sixel},
  {"mlterm", PictureWay::sixel},      {"yaft", PictureWay::sixel},
  {"contour", PictureWay::sixel},     {"wezterm", PictureWay::iterm2},
  {"rio", PictureWay::iterm2},        {"alacritty", PictureWay::blocks},
  {"linux", PictureWay::blocks},      {"st-", PictureWay::blocks},
  {"rxvt", PictureWay::blocks},       {"eterm", PictureWay::blocks},
};

// By TERM_PROGRAM, whole.
constexpr Kind k_by_program[] = {
  {"ghostty", PictureWay::kitty},    {"WezTerm", PictureWay::iterm2},
  {"iTerm.app", PictureWay::iterm2}, {"rio", PictureWay::iterm2},
  {"mintty", PictureWay::iterm2},    {"Apple_Terminal", PictureWay::blocks},
  {"Hyper", PictureWay::blocks},     {"tmux", PictureWay::blocks},
};

// By LC_TERMINAL, which ssh takes along.
constexpr Kind k_by_lc_terminal[] = {
  {"iTerm2", PictureWay::iterm2},
  {"WezTerm", PictureWay::iterm2},
};

// What a multiplexer makes of pictures nobody knows.
constexpr std::array<std::string_view, 2> k_multiplexers{"tmux", "screen"};

class Environment
{
public:
  explicit Environment(const Variable& variable) : m_variable(variable) {}

  std::string_view operator[](const char* name) const
  {
    const char* value = m_variable ? m_variable(name) : nullptr;
    return value == nullptr ? std::string_view() : std::string_view(value);
  }

  bool has(const char* name) const { return !(*this)[name].empty(); }

private:
  const Variable& m_variable;
};

template <std::size_t count>
std::optional<PictureWay> find(const Kind (&kinds)[count], std::string_view text, bool is_whole)
{
  const auto* kind = std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& one) {
    return is_whole ? text == one.name : text.starts_with(one.name);
  });
  return kind == std::end(kinds) ? std::nullopt : std::optional(kind->way);
}

bool is_multiplexed(const Environment& environment)
{
  const auto term = environment["TERM"];
  return environment.has("TMUX") || environment.has("STY") || environment.has("ZELLIJ")
         || std::any_of(k_multiplexers.begin(), k_multiplexers.end(),
                        [term](std::string_view name) { return term.starts_with(name); });
}

// A version such as "220400"; 0 for other text.
int konsole_version(std::string_view text)
{
  int version = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, version);
  return read.ec == std::errc() && read.ptr == end && version > 0 ? version : 0;
}

// What the terminal is. What it says of itself goes before what a terminal that it was started from
// has left in the environment: TERM, then its program, then marks of others.
PictureWay kind_of(const Environment& environment)
{
  constexpr int k_konsole_with_sixels = 220'400;
  if (is_multiplexed(environment)) {
    return PictureWay::blocks;
  }
  if (const auto way = find(k_by_term, environment["TERM"], false)) {
    return *way;
  }
  if (environment.has("XTERM_VERSION")) { // xterm, whoever started it
    return PictureWay::ask;
  }
  if (const auto program = environment["TERM_PROGRAM"]; !program.empty()) {
    return find(k_by_program, program, true).value_or(PictureWay::ask);
  }
  if (environment.has("KITTY_WINDOW_ID") || environment.has("GHOSTTY_RESOURCES_DIR")) {
    return PictureWay::kitty;
  }
  if (environment.has("KONSOLE_VERSION")) {
    return konsole_version(environment["KONSOLE_VERSION"]) >= k_konsole_with_sixels
             ? PictureWay::sixel
             : PictureWay::blocks;
  }
  return find(k_by_lc_terminal, environment["LC_TERMINAL"], true).value_or(PictureWay::ask);
}

// Coloured blocks, as many colours as the terminal is known to have. One without colours is known
// by its name only (vt100, vt220).
PictureWay blocks_of(const Environment& environment)
{
  const auto colours = environment["COLORTERM"];
  if (colours == "truecolor" || colours == "24bit") {
    return PictureWay::blocks;
  }
  return environment["TERM"].starts_with("vt") ? PictureWay::none : PictureWay::blocks_256;
}

bool understands_codes(const Environment& environment)
{
  return environment.has("TERM") && environment["TERM"] != "dumb";
}

bool is_in_ci(const Environment& environment)
{
  return environment.has("CI") && environment["CI"] != "false" && environment["CI"] != "0";
}

bool is_wanted(ShowPictures show, const PictureSite& site, const Environment& environment)
{
  if (!site.is_for_people || !site.error_is_terminal || show == ShowPictures::never) {
    return false;
  }
  return show == ShowPictures::always
         || (site.output_is_terminal && !site.is_in_background && understands_codes(environment)
             && !is_in_ci(environment));
}

} // namespace

std::string_view to_string(PictureWay way)
{
  return k_words[static_cast<std::size_t>(way)];
}

std::optional<PictureWay> picture_way_from(std::string_view word)
{
  const auto* found = std::find(k_words.begin(), k_words.end(), word);
  return found == k_words.end() ? std::nullopt
                                : std::optional(static_cast<PictureWay>(found - k_words.begin()));
}

PictureSite picture_site()
{
  PictureSite site;
  site.variable = [](const char* name) { return std::getenv(name); };
  site.error_is_terminal = ::isatty(STDERR_FILENO) == 1;
  site.output_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  const auto foreground = site.error_is_terminal ? ::tcgetpgrp(STDERR_FILENO) : -1;
  site.is_in_background = foreground > 0 && foreground != ::getpgrp();
  winsize size{};
  if (site.error_is_terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
    site.window = {size.ws_col, size.ws_row};
    site.window_pixels = {size.ws_xpixel, size.ws_ypixel};
  }
  return site;
}

PictureChoice choose_pictures(ShowPictures show, const PictureSite& site)
{
  const Environment environment(site.variable);
  if (!is_wanted(show, site, environment)) {
    return {};
  }
  auto blocks = blocks_of(environment);
  if (show == ShowPictures::always && blocks == PictureWay::none) {
    blocks = PictureWay::blocks_256;
  } else if (show == ShowPictures::automatic && environment.has("NO_COLOR")) {
    blocks = PictureWay::none;
  }
  if (!understands_codes(environment)) { // a question would be no less odd there
    return {blocks, PictureWay::none};
  }
  const auto kind = kind_of(environment);
  if (kind == PictureWay::ask) {
    return {PictureWay::ask, blocks};
  }
  return {kind == PictureWay::blocks ? blocks : kind, PictureWay::none};
}

Size picture_room(const PictureSite& site, PictureScale scale)
{
  const auto side = [](int told, int usual) {
    return told > 0 ? std::min(told, k_widest_window) : usual;
  };
  const int part = scale == PictureScale::whole ? 1 : 2;
  // A column stays free: in the last one some terminals go on to the next line.
  return {std::max(1, (side(site.window.width, k_usual_window.width) - 1) / part),
          std::max(1, side(site.window.height, k_usual_window.height) / (2 * part))};
}

std::optional<Size> cell_size(const PictureSite& site)
{
  if (site.window.width <= 0 || site.window.height <= 0) {
    return std::nullopt;
  }
  const Size cell{site.window_pixels.width / site.window.width,
                  site.window_pixels.height / site.window.height};
  const auto can_be = [](int side) { return side >= k_smallest_cell && side <= k_largest_cell; };
  return can_be(cell.width) && can_be(cell.height) ? std::optional(cell) : std::nullopt;
}

} // namespace limn
