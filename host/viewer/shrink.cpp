#include "viewer/shrink.hpp"

#include <cstddef>

namespace limn::viewer {

namespace {

// Where part `i` of `parts` begins.
int begin_of(int i, int parts, int whole)
{
  return static_cast<int>(std::int64_t{i} * whole / parts);
}

} // namespace

Shrink::Shrink(Size from, Size to)
  : m_from(from), m_sums(static_cast<std::size_t>(to.width) * k_channels)
{
  for (int x = 0; x <= to.width; ++x) {
    m_columns.push_back(begin_of(x, to.width, from.width));
  }
  m_raster.size = to;
  m_raster.pixels.reserve(static_cast<std::size_t>(to.width) * static_cast<std::size_t>(to.height)
                          * k_channels);
}

void Shrink::add(const std::uint8_t* row)
{
  auto* sum = m_sums.data();
  for (std::size_t x = 0; x + 1 < m_columns.size(); ++x, sum += k_channels) {
    std::uint32_t red = 0;
    std::uint32_t green = 0;
    std::uint32_t blue = 0;
    std::uint32_t alpha = 0;
    const auto* end = row + static_cast<std::size_t>(m_columns[x + 1]) * k_channels;
    // A row has no more than 65535 pixels, and 255 * 255 * 65535 fits.
    for (const auto* pixel = row + static_cast<std::size_t>(m_columns[x]) * k_channels;
         pixel != end; pixel += k_channels) {
      const std::uint32_t weight = pixel[3];
      red += pixel[0] * weight;
      green += pixel[1] * weight;
      blue += pixel[2] * weight;
      alpha += weight;
    }
    sum[0] += red;
    sum[1] += green;
    sum[2] += blue;
    sum[3] += alpha;
  }
  ++m_next_row;
  ++m_rows_in_sum;
  if (m_next_row == begin_of(m_made_rows + 1, m_raster.size.height, m_from.height)) {
    finish_row();
  }
}

void Shrink::finish_row()
{
  auto* sum = m_sums.data();
  for (std::size_t x = 0; x + 1 < m_columns.size(); ++x, sum += k_channels) {
    const auto count = static_cast<std::uint64_t>(m_columns[x + 1] - m_columns[x])
                       * static_cast<std::uint64_t>(m_rows_in_sum);
    const auto alpha = sum[3];
    for (std::size_t channel = 0; channel < 3; ++channel) {
      m_raster.pixels.push_back(
        alpha == 0 ? 0 : static_cast<std::uint8_t>((sum[channel] + alpha / 2) / alpha));
    }
    m_raster.pixels.push_back(static_cast<std::uint8_t>((alpha + count / 2) / count));
    m_raster.is_opaque = m_raster.is_opaque && m_raster.pixels.back() == 255;
    sum[0] = sum[1] = sum[2] = sum[3] = 0;
  }
  m_rows_in_sum = 0;
  ++m_made_rows;
}

} // namespace limn::viewer
