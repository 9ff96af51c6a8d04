#pragma once

#include "viewer/raster.hpp"

#include <cstdint>
#include <vector>

namespace limn::viewer {

// Makes a picture smaller while its rows come, one by one: a pixel is the mean of those that it
// stands for, each counted by its alpha. What is held is one row of sums and what is made.
class Shrink
{
public:
  // `to` is at least 1x1, and no larger than `from` either way.
  Shrink(Size from, Size to);

  // The next row: `from.width` pixels of four bytes. There are `from.height` of them.
  void add(const std::uint8_t* row);

  bool is_complete() const { return m_next_row == m_from.height; }
  Raster take() { return std::move(m_raster); }

private:
  void finish_row();

  Size m_from;
  std::vector<int> m_columns; // where the columns of what is made begin, and the end
  std::vector<std::uint64_t> m_sums;
  int m_next_row = 0;
  int m_made_rows = 0;
  int m_rows_in_sum = 0;
  Raster m_raster;
};

} // namespace limn::viewer
