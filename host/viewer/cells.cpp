#include "viewer/cells.hpp"

#include <chafa.h>

#include <memory>

namespace limn::viewer {

namespace {

struct Release {
  void operator()(ChafaCanvas* canvas) const { chafa_canvas_unref(canvas); }
  void operator()(ChafaCanvasConfig* config) const { chafa_canvas_config_unref(config); }
  void operator()(ChafaSymbolMap* map) const { chafa_symbol_map_unref(map); }
  void operator()(ChafaTermInfo* terminal) const { chafa_term_info_unref(terminal); }
};

using Canvas = std::unique_ptr<ChafaCanvas, Release>;
using Config = std::unique_ptr<ChafaCanvasConfig, Release>;
using Symbols = std::unique_ptr<ChafaSymbolMap, Release>;
using Terminal = std::unique_ptr<ChafaTermInfo, Release>;

std::string drawn(const Config& config, const Raster& raster)
{
  chafa_set_n_threads(1); // what is gained by more is less than what they cost to begin
  const Canvas canvas(chafa_canvas_new(config.get()));
  chafa_canvas_draw_all_pixels(canvas.get(), CHAFA_PIXEL_RGBA8_UNASSOCIATED, raster.pixels.data(),
                               raster.size.width, raster.size.height,
                               raster.size.width * static_cast<int>(k_channels));
  // Which codes there are follows from how it is drawn.
  const Terminal terminal(chafa_term_db_get_fallback_info(chafa_term_db_get_default()));
  GString* text = chafa_canvas_print(canvas.get(), terminal.get());
  if (text == nullptr) {
    return {};
  }
  std::string codes(text->str, text->len);
  g_string_free(text, TRUE);
  return codes;
}

// Chafa draws whole sixels: what is missing to them is transparent.
Raster on_whole_sixels(const Raster& raster)
{
  Raster whole = raster;
  whole.size.height = divided_up(raster.size.height, k_sixel_height) * k_sixel_height;
  whole.pixels.resize(static_cast<std::size_t>(whole.size.width)
                      * static_cast<std::size_t>(whole.size.height) * k_channels);
  return whole;
}

} // namespace

std::string sixels_of(const Raster& raster)
{
  const auto whole = on_whole_sixels(raster);
  const Config config(chafa_canvas_config_new());
  chafa_canvas_config_set_pixel_mode(config.get(), CHAFA_PIXEL_MODE_SIXELS);
  chafa_canvas_config_set_canvas_mode(config.get(), CHAFA_CANVAS_MODE_TRUECOLOR);
  // What it takes for cells: with these it has no reason to scale anything.
  chafa_canvas_config_set_cell_geometry(config.get(), 1, k_sixel_height);
  chafa_canvas_config_set_geometry(config.get(), whole.size.width,
                                   whole.size.height / k_sixel_height);
  return drawn(config, whole);
}

std::string blocks_of(const Raster& raster, Size cells, Way way)
{
  const Symbols symbols(chafa_symbol_map_new());
  // Those that every font has.
  chafa_symbol_map_add_by_tags(
    symbols.get(), static_cast<ChafaSymbolTags>(CHAFA_SYMBOL_TAG_SPACE | CHAFA_SYMBOL_TAG_SOLID
                                                | CHAFA_SYMBOL_TAG_HALF | CHAFA_SYMBOL_TAG_QUAD));
  const Config config(chafa_canvas_config_new());
  chafa_canvas_config_set_pixel_mode(config.get(), CHAFA_PIXEL_MODE_SYMBOLS);
  // Of 256 colours the first sixteen are the user's own: nobody knows what they look like.
  chafa_canvas_config_set_canvas_mode(
    config.get(), way == Way::blocks ? CHAFA_CANVAS_MODE_TRUECOLOR : CHAFA_CANVAS_MODE_INDEXED_240);
  chafa_canvas_config_set_symbol_map(config.get(), symbols.get());
  chafa_canvas_config_set_geometry(config.get(), cells.width, cells.height);
  return drawn(config, raster);
}

} // namespace limn::viewer
