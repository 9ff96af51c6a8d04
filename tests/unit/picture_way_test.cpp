#include "job/picture_way.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace limn;

namespace {

using Variables = std::map<std::string, std::string>;

constexpr auto k_auto = ShowPictures::automatic;
constexpr auto k_always = ShowPictures::always;
constexpr auto k_never = ShowPictures::never;

PictureSite site_of(const Variables& variables)
{
  PictureSite site;
  site.variable = [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  site.error_is_terminal = true;
  site.output_is_terminal = true;
  site.window = {80, 24};
  return site;
}

std::string chosen(ShowPictures show, const PictureSite& site)
{
  const auto choice = choose_pictures(show, site);
  auto text = std::string(to_string(choice.way));
  if (choice.otherwise != PictureWay::none) {
    text += ", else " + std::string(to_string(choice.otherwise));
  }
  return text;
}

} // namespace

TEST_CASE("how a picture gets into a terminal follows from what the terminal says it is")
{
  struct Row {
    std::string_view what;
    Variables variables;
    std::string_view way;
  };
  const Row rows[] = {
    {"kitty", {{"TERM", "xterm-kitty"}}, "kitty"},
    {"kitty with another TERM", {{"TERM", "xterm-256color"}, {"KITTY_WINDOW_ID", "1"}}, "kitty"},
    {"Ghostty", {{"TERM", "xterm-ghostty"}}, "kitty"},
    {"Ghostty by its program", {{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "ghostty"}}, "kitty"},
    {"Ghostty by its files",
     {{"TERM", "xterm-256color"}, {"GHOSTTY_RESOURCES_DIR", "/usr/share/ghostty"}},
     "kitty"},
    {"WezTerm", {{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "WezTerm"}}, "iterm2"},
    {"iTerm2", {{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "iTerm.app"}}, "iterm2"},
    {"iTerm2 over SSH", {{"TERM", "xterm-256color"}, {"LC_TERMINAL", "iTerm2"}}, "iterm2"},
    {"kitty over SSH", {{"TERM", "xterm-kitty"}, {"SSH_TTY", "/dev/pts/1"}}, "kitty"},
    {"foot", {{"TERM", "foot"}}, "sixel"},
    {"foot's other name", {{"TERM", "foot-extra"}}, "sixel"},
    {"mlterm", {{"TERM", "mlterm-256color"}}, "sixel"},
    {"Konsole", {{"TERM", "xterm-256color"}, {"KONSOLE_VERSION", "221203"}}, "sixel"},
    {"an older Konsole",
     {{"TERM", "xterm-256color"}, {"KONSOLE_VERSION", "211203"}, {"COLORTERM", "truecolor"}},
     "blocks"},
    {"a Konsole that says nonsense",
     {{"TERM", "xterm-256color"}, {"KONSOLE_VERSION", "99999999999"}},
     "blocks-256"},
    {"nobody knows which", {{"TERM", "xterm-256color"}}, "ask, else blocks-256"},
    {"with 24 bit", {{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}}, "ask, else blocks"},
    {"by its other word", {{"TERM", "xterm"}, {"COLORTERM", "24bit"}}, "ask, else blocks"},
    {"some program",
     {{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "vscode"}},
     "ask, else blocks-256"},
    {"one that shows a question as text",
     {{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "Apple_Terminal"}},
     "blocks-256"},
    {"one that shows none", {{"TERM", "alacritty"}, {"COLORTERM", "truecolor"}}, "blocks"},
    {"the console", {{"TERM", "linux"}}, "blocks-256"},
    {"one without colours", {{"TERM", "vt220"}}, "ask"},

    {"tmux in kitty",
     {{"TERM", "tmux-256color"}, {"TMUX", "/tmp/x,1,0"}, {"KITTY_WINDOW_ID", "1"}},
     "blocks-256"},
    {"tmux with kitty's TERM", {{"TERM", "xterm-kitty"}, {"TMUX", "/tmp/x,1,0"}}, "blocks-256"},
    {"tmux with 24 bit",
     {{"TERM", "screen-256color"}, {"COLORTERM", "truecolor"}, {"TERM_PROGRAM", "tmux"}},
     "blocks"},
    {"tmux over SSH", {{"TERM", "tmux-256color"}, {"LC_TERMINAL", "iTerm2"}}, "blocks-256"},
    {"screen", {{"TERM", "screen.xterm-256color"}, {"STY", "1.a"}}, "blocks-256"},

    {"xterm that was started from kitty",
     {{"TERM", "xterm-256color"}, {"XTERM_VERSION", "XTerm(379)"}, {"KITTY_WINDOW_ID", "1"}},
     "ask, else blocks-256"},
    {"foot that was started from iTerm2's kin",
     {{"TERM", "foot"}, {"TERM_PROGRAM", "WezTerm"}},
     "sixel"},
    {"WezTerm that was started from kitty",
     {{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "WezTerm"}, {"KITTY_WINDOW_ID", "1"}},
     "iterm2"},

    {"no colours wanted", {{"TERM", "xterm-256color"}, {"NO_COLOR", "1"}}, "ask"},
    {"no colours wanted in tmux", {{"TERM", "tmux-256color"}, {"NO_COLOR", "1"}}, "none"},
    {"no colours wanted in kitty", {{"TERM", "xterm-kitty"}, {"NO_COLOR", "1"}}, "kitty"},
    {"NO_COLOR that is empty", {{"TERM", "alacritty"}, {"NO_COLOR", ""}}, "blocks-256"},

    {"no TERM", {}, "none"},
    {"an empty TERM", {{"TERM", ""}}, "none"},
    {"a dumb one", {{"TERM", "dumb"}, {"KITTY_WINDOW_ID", "1"}}, "none"},
    {"CI", {{"TERM", "xterm-kitty"}, {"CI", "true"}}, "none"},
    {"no CI", {{"TERM", "xterm-kitty"}, {"CI", "false"}}, "kitty"},
    {"an empty CI", {{"TERM", "xterm-kitty"}, {"CI", ""}}, "kitty"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(chosen(k_auto, site_of(row.variables)) == row.way);
    CHECK(chosen(k_never, site_of(row.variables)) == "none");
    CHECK(chosen(k_always, site_of(row.variables)) != "none");
  }
}

TEST_CASE("pictures are for people who sit at a terminal; always is more than that, and not all")
{
  struct Row {
    std::string_view what;
    Variables variables;
    void (*change)(PictureSite&);
    std::string_view automatic;
    std::string_view always;
  };
  const Variables kitty{{"TERM", "xterm-kitty"}};
  const auto nothing = [](PictureSite&) {};
  const Row rows[] = {
    {"a terminal", kitty, nothing, "kitty", "kitty"},
    {"--json, --events, --quiet", kitty, [](PictureSite& s) { s.is_for_people = false; }, "none",
     "none"},
    {"standard output in a pipe", kitty, [](PictureSite& s) { s.output_is_terminal = false; },
     "none", "kitty"},
    {"standard error in a pipe", kitty, [](PictureSite& s) { s.error_is_terminal = false; }, "none",
     "none"},
    {"in the background", kitty, [](PictureSite& s) { s.is_in_background = true; }, "none",
     "kitty"},
    {"CI", {{"TERM", "xterm-kitty"}, {"CI", "1"}}, nothing, "none", "kitty"},
    {"dumb", {{"TERM", "dumb"}}, nothing, "none", "blocks-256"},
    {"no TERM", {{"COLORTERM", "truecolor"}}, nothing, "none", "blocks"},
    {"without colours", {{"TERM", "vt100"}}, nothing, "ask", "ask, else blocks-256"},
    {"no colours wanted", {{"TERM", "linux"}, {"NO_COLOR", "1"}}, nothing, "none", "blocks-256"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto site = site_of(row.variables);
    row.change(site);
    CHECK(chosen(k_auto, site) == row.automatic);
    CHECK(chosen(k_always, site) == row.always);
    CHECK(chosen(k_never, site) == "none");
  }
}

TEST_CASE("a picture takes the window's width and half its height, a preview half of that")
{
  struct Row {
    Size window;
    Size pixels;
    Size whole;
    Size preview;
    std::optional<Size> cell;
  };
  const Row rows[] = {
    {{80, 24}, {800, 480}, {79, 12}, {39, 6}, Size{10, 20}},
    {{200, 50}, {0, 0}, {199, 25}, {99, 12}, std::nullopt},
    {{0, 0}, {800, 480}, {79, 12}, {39, 6}, std::nullopt}, // it does not say
    {{1, 1}, {10, 20}, {1, 1}, {1, 1}, Size{10, 20}},
    {{80, 24}, {80, 24}, {79, 12}, {39, 6}, std::nullopt},       // as some do: no pixels at all
    {{80, 24}, {65535, 65535}, {79, 12}, {39, 6}, std::nullopt}, // no cell is that large
    {{65535, 65535}, {0, 0}, {999, 500}, {499, 250}, std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(row.window));
    PictureSite site;
    site.window = row.window;
    site.window_pixels = row.pixels;
    CHECK(picture_room(site, PictureScale::whole) == row.whole);
    CHECK(picture_room(site, PictureScale::preview) == row.preview);
    CHECK(cell_size(site) == row.cell);
  }
}
