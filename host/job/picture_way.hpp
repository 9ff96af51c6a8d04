#pragma once

#include "model/job.hpp"
#include "settings/settings.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace limn {

// How a picture gets into a terminal; the words of limn-view.
enum class PictureWay { none, kitty, iterm2, sixel, blocks, blocks_256, ask };

// "none", "kitty", "iterm2", "sixel", "blocks", "blocks-256", "ask".
std::string_view to_string(PictureWay way);
std::optional<PictureWay> picture_way_from(std::string_view word);

// The variable of the environment with that name; null where there is none.
using Variable = std::function<const char*(const char*)>;

// What is known of where a picture would go: standard error's terminal.
struct PictureSite {
  Variable variable;
  bool error_is_terminal = false;
  bool output_is_terminal = false; // standard output, where a path stands
  bool is_in_background = false;   // of that terminal
  bool is_for_people = true;       // neither --json nor --events nor --quiet
  Size window;                     // in cells, as the terminal says; 0x0: it does not
  Size window_pixels;              // likewise
};

// The site of this process. What it is asked by is borrowed from the environment.
PictureSite picture_site();

struct PictureChoice {
  PictureWay way = PictureWay::none;
  PictureWay otherwise = PictureWay::none; // for PictureWay::ask: where the terminal knows nothing
};

// Whether pictures are shown there, and how.
//
// automatic  where both streams are a terminal, TERM says one that takes codes, CI is not set, and
//            limn is in the foreground. With NO_COLOR no coloured blocks.
// always     wherever standard error is a terminal, as blocks at least
// never      nowhere, and nowhere with --json, --events or --quiet whatever is said
PictureChoice choose_pictures(ShowPictures show, const PictureSite& site);

// How much of a window a picture may take, in cells: its width, and half its height. A preview half
// of that, either way.
enum class PictureScale { whole, preview };
Size picture_room(const PictureSite& site, PictureScale scale);

// How large a cell is, in pixels, where the terminal tells that and it can be true.
std::optional<Size> cell_size(const PictureSite& site);

} // namespace limn
